"""Names, signatures, stubs, errors, and that nothing computes through NumPy."""

import ast
import importlib
import inspect
import pathlib
import pickle
import subprocess
import sys
import textwrap

import calls
import numpy as np
import pytest

import swath
from swath import _core, linalg, ndimage, special, stats

MODULES = (swath, linalg, ndimage, special, stats)


def stub_signatures():
    """Parameters of each function of the stub: (name, kind, default)."""
    text = (pathlib.Path(swath.__file__).parent / "_core.pyi").read_text()
    kinds = inspect.Parameter
    result = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            a = node.args
            positional = a.posonlyargs + a.args
            defaults = [inspect.Parameter.empty] * (len(positional) - len(a.defaults))
            defaults += [ast.literal_eval(d) for d in a.defaults]
            ours = [
                (p.arg, kinds.POSITIONAL_ONLY if p in a.posonlyargs else
                 kinds.POSITIONAL_OR_KEYWORD, d)
                for p, d in zip(positional, defaults)
            ]
            ours += [(p.arg, kinds.KEYWORD_ONLY, ast.literal_eval(d))
                     for p, d in zip(a.kwonlyargs, a.kw_defaults)]
            if a.kwarg:
                ours.append((a.kwarg.arg, kinds.VAR_KEYWORD, inspect.Parameter.empty))
            result[node.name] = ours
    return result


def parameters(function):
    signature = inspect.signature(function)
    return [(p.name, p.kind, p.default) for p in signature.parameters.values()]


def test_the_stub_is_what_runs():
    stub = stub_signatures()
    functions = {name for name in dir(_core) if inspect.isroutine(getattr(_core, name))}
    assert set(stub) == functions
    for name in functions:
        assert parameters(getattr(_core, name)) == stub[name], name


@pytest.mark.parametrize(
    "module,name", [(m, name) for m in (ndimage, special, stats) for name in m.__all__])
def test_signatures_are_scipys(module, name):
    theirs = getattr(importlib.import_module(module.__name__.replace("swath", "scipy")), name)
    if isinstance(theirs, np.ufunc) or name == "softplus":  # one inside a function
        pytest.skip("a ufunc: its keywords are test_ufunc's matter")
    theirs = inspect.signature(theirs).parameters.values()
    assert parameters(getattr(module, name)) == [(p.name, p.kind, p.default) for p in theirs]


NUMPYS = [*calls.REDUCTIONS, "nanargmin", "nanargmax", "nonzero", "flatnonzero", "compress", "extract",
          "diff", "cumsum", "cumprod", "nancumsum", "nancumprod", "cumulative_sum", "cumulative_prod", "dot", "inner", "outer",
          "vdot", "vector_norm"]


@pytest.mark.parametrize("name", NUMPYS)
def test_signatures_have_numpys_names(name):
    theirs = getattr(np, name, None) or getattr(np.linalg, name, None)
    if theirs is None:
        pytest.skip("NumPy 1 does not have it")
    try:
        theirs = inspect.signature(theirs).parameters.values()
    except ValueError:
        pytest.skip("this NumPy does not tell")
    ours = [p for p in parameters(calls.FUNCTIONS[name][0]) if p[0] != "sequential"]
    expected = [(p.name, p.kind) for p in theirs]
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        ours = [p for p in ours if p[0] not in ("mean", "correction")]
    assert [(n, k) for n, k, _ in ours] == expected


def test_everything_public_is_there_and_pickles():
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                assert pickle.loads(pickle.dumps(value)) is value
                assert value.__module__ == module.__name__
    kernels = {value for value in vars(_core).values() if inspect.isbuiltin(value)}
    listed = {function for function, _ in calls.FUNCTIONS.values()}
    public = {getattr(m, name) for m in MODULES for name in m.__all__}
    assert listed == kernels & public - {swath.get_num_threads, swath.set_num_threads}


def test_everything_public_has_a_docstring():
    for module in MODULES:
        assert module.__doc__
        for name in module.__all__:
            assert inspect.getdoc(getattr(module, name)), name


def test_errors_are_a_family_and_built_in():
    for name, builtin in {
        "ShapeError": ValueError, "AxisError": (ValueError, IndexError),
        "OptionError": ValueError, "DTypeError": TypeError, "OutOfMemoryError": MemoryError,
        "Cancelled": Exception, "KernelPanic": RuntimeError,
    }.items():
        cls = getattr(swath, name)
        assert issubclass(cls, swath.Error) and issubclass(cls, builtin)
        assert pickle.loads(pickle.dumps(cls("why"))).args == ("why",)


@pytest.mark.parametrize("long", [False, True])
def test_a_panic_is_an_exception(long, capfd):
    for _ in range(20):
        with pytest.raises(swath.KernelPanic, match="asked for"):
            _core._panic(long)
    capfd.readouterr()
    assert swath.sum(np.ones(1 << 20)) == 1 << 20


BLOCKED = """
    import sys
    import numpy as np

    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in ("scipy", "skimage"):
                raise ImportError(name + " is blocked")

    sys.meta_path.insert(0, Blocked())
    sys.path.insert(0, TESTS)
    import calls
    a = calls.matrix(64)
    expected = calls.all_bytes(a)

    def refuse(*args, **kwargs):
        raise AssertionError("arithmetic by NumPy")

    class Refusing:
        def __getattr__(self, name):
            return refuse
        __call__ = refuse

    core = np._core if hasattr(np, "_core") else np.core  # NumPy 2, 1
    for module in (np, core.umath, core.multiarray, core.numeric, core.fromnumeric,
                   core._methods):
        for name, value in list(vars(module).items()):
            if isinstance(value, np.ufunc):
                setattr(module, name, Refusing())
    moves = {"asarray", "array", "copyto", "from_dlpack", "promote_types", "empty", "ndarray",
             "memmap", "generic", "dtype", "frombuffer"}
    import types
    for name in ("sum", "mean", "min", "max", "amin", "amax", "dot", "vdot", "inner", "matmul",
                 "tensordot", "einsum", "convolve", "correlate", "prod", "cumsum", "average",
                 "median", "outer", "where", "round", "clip", "abs", "result_type"):
        if name not in moves:
            setattr(np, name, refuse)
    try:
        np.add(1, 1)
    except AssertionError:
        pass
    else:
        raise SystemExit("nothing is blocked")

    assert calls.all_bytes(a) == expected
    import swath
    from swath import ndimage
    f = a.astype("f4")
    out = np.empty(64)
    swath.sum(f, axis=0, out=out)
    swath.sum(a, axis=(0, 1), keepdims=True, initial=3.0)
    swath.sum(f, dtype="f8")
    swath.min(a, axis=0, initial=0.0)
    swath.max(a[::-1, ::2], axis=1)
    swath.mean(a.astype("i4"), axis=0)
    swath.matmul(f, a)
    swath.matmul(a.reshape(4, 16, 64), a)
    swath.dot(a[0], a[:, 1])
    ndimage.gaussian_filter(f, (1, 2), mode=("wrap", "nearest"), output="f8")
    ndimage.sobel(a.astype("u1"), output="i2")
    ndimage.correlate(a.astype("i4"), [[1, 2, 3]])
    bad = [name for name in sys.modules if name.split(".")[0] == "scipy"]
    assert not bad, bad
    print("done")
"""


def test_no_arithmetic_by_numpy_nor_scipy():
    tests = str(pathlib.Path(__file__).parent)
    code = textwrap.dedent(BLOCKED).replace("TESTS", repr(tests))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tests
    )
    assert done.stdout.strip() == "done", done.stderr
