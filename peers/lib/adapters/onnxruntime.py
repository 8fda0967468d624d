"""ONNX Runtime: the call is traced into a graph, inputs and output are bound."""

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from lib.adapters import Library, Unsupported, along, radii

PAD = {"mirror": "reflect", "nearest": "edge", "constant": "constant", "wrap": "wrap"}
OPSET = 20
TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


class _Graph:
    """Collects the nodes of a traced call; a value is the name of a tensor."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, array):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    def __getattr__(self, op):
        def node(*inputs, **attributes):
            inputs = [v if isinstance(v, str) else self.constant(v) for v in inputs]
            name = f"value{len(self.nodes)}"
            self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
            return name

        return node


class Adapter(Library):
    threads = "SessionOptions.intra_op_num_threads"

    def __init__(self, threads):
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.log_severity_level = 3

    def build(self):
        return {"version": onnxruntime.__version__, "onnx": onnx.__version__,
                "providers": onnxruntime.get_available_providers()}

    def names(self, case):
        border = case["options"].get("border")
        if border and border not in PAD:
            raise Unsupported(f"no border {border}")
        ndim = len(case["shape"])
        graph = _Graph()

        def pad(x, *weights):
            reach = numpy.array([0, 0, *radii(*weights)] * 2, numpy.int64)
            return graph.Pad(x, reach, mode=PAD[border])

        def correlate(x, w):
            return graph.Conv(x, w[None, None])

        def along_axis(weights, axis):
            return along(weights, axis, ndim)

        names = {"onnx": graph, "pad": pad, "correlate": correlate, "along": along_axis}
        if "axis" in case["options"]:
            names["axes"] = numpy.array([case["options"]["axis"]], numpy.int64)
        return names

    def compile(self, text, inputs, names):
        graph, out = names["onnx"], inputs["out"]
        images = "correlate" in text  # a filter's input has a batch and a channel
        arrays = {n: inputs[n][(None, None) if images else ...] for n in ("x", "y") if n in inputs}
        result = eval(text, {**names, **inputs, **{name: name for name in arrays}})
        values = [helper.make_tensor_value_info(n, TYPES[str(a.dtype)], a.shape) for n, a in arrays.items()]
        ends = [helper.make_tensor_value_info(result, TYPES[str(inputs["x"].dtype)], None)]
        model = helper.make_model(helper.make_graph(graph.nodes, "call", values, ends, graph.constants),
                                  opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        try:
            session = onnxruntime.InferenceSession(model.SerializeToString(), self.options)
        except Exception as error:
            if "NOT_IMPLEMENTED" in str(error):
                raise Unsupported("no kernel for this type") from None
            raise
        if out is None:
            return lambda: session.run(None, arrays)[0]
        return self._bound(session, arrays, result, out[(None, None) if images else ...], out)

    def _bound(self, session, arrays, result, view, out):
        binding = session.io_binding()
        for name, array in {**arrays, result: view}.items():
            bind = binding.bind_output if name == result else binding.bind_input
            bind(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)

        def call():
            session.run_with_iobinding(binding)
            return out

        call.keeps = arrays  # the binding has only addresses
        return call

    def fresh_only(self, text):
        return False
