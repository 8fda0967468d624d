"""JAX on the CPU: jitted, inputs on the device, waiting for the result."""

import itertools

import jax
import jax.numpy as jnp
import numpy
from jax import lax

from lib.adapters import Library, along, radii

jax.config.update("jax_enable_x64", True)
PAD = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "constant": "constant"}


def _correlate(x, w):
    """A sum of shifted inputs, which XLA fuses: up to 80 times as fast here as its convolution."""
    kept = [n - k + 1 for n, k in zip(x.shape, w.shape)]
    total = 0
    for start in itertools.product(*map(range, w.shape)):
        end = [at + n for at, n in zip(start, kept)]
        total += w[start] * lax.slice(x, start, end)
    return total


class Adapter(Library):
    threads = "CPU affinity and NPROC, which XLA reads for its pools"

    def build(self):
        import jaxlib

        return {"version": jax.__version__, "jaxlib": jaxlib.__version__,
                "devices": str(jax.devices())}

    def names(self, case):
        mode = PAD.get(case["options"].get("border"))

        def pad(x, *weights):
            return jnp.pad(x, [(r, r) for r in radii(*weights)], mode=mode)

        def along_axis(weights, axis):
            return along(weights, axis, len(case["shape"]))

        return {"jnp": jnp, "pad": pad, "correlate": _correlate, "along": along_axis}

    def convert(self, array):
        return jax.device_put(array)

    def compile(self, text, inputs, names):
        inputs = {name: value for name, value in inputs.items() if value is not None and name != "out"}
        function = jax.jit(eval(f"lambda {', '.join(inputs)}: {text}", names))
        values = tuple(inputs.values())
        return lambda: function(*values).block_until_ready()

    def result(self, value):
        return numpy.asarray(value)
