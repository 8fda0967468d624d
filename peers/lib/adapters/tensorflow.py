"""TensorFlow on the CPU, eager: the quickest way to one operation."""

import tensorflow as tf

from lib.adapters import Library, Unsupported, along, radii

PAD = {"reflect": "SYMMETRIC", "mirror": "REFLECT", "constant": "CONSTANT"}


def _correlate(x, w):
    if len(w.shape) == 1:
        image, weights = x[None, None, :, None], w[None, :, None, None]
        return tf.nn.conv2d(image, weights, 1, "VALID")[0, 0, :, 0]
    if len(w.shape) == 2:
        return tf.nn.conv2d(x[None, ..., None], w[..., None, None], 1, "VALID")[0, ..., 0]
    return tf.nn.conv3d(x[None, ..., None], w[..., None, None], [1] * 5, "VALID")[0, ..., 0]


class Adapter(Library):
    threads = "tf.config.threading"

    def __init__(self, threads):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)

    def build(self):
        from tensorflow.python.framework import test_util

        return {"version": tf.__version__, "onednn": bool(test_util.IsMklEnabled()),
                "threads": tf.config.threading.get_intra_op_parallelism_threads()}

    def names(self, case):
        border = case["options"].get("border")
        if border and border not in PAD:
            raise Unsupported(f"no border {border}")

        def pad(x, *weights):
            return tf.pad(x, [(r, r) for r in radii(*(w.numpy() for w in weights))], PAD[border])

        def along_axis(weights, axis):
            return tf.constant(along(weights.numpy(), axis, len(case["shape"])))

        return {"tf": tf, "pad": pad, "correlate": _correlate, "along": along_axis}

    def convert(self, array):
        return tf.constant(array)

    def result(self, value):
        return value.numpy()
