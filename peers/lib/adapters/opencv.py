"""OpenCV."""

import re

import cv2

from lib.adapters import Library, Unsupported

BORDERS = {
    "reflect": cv2.BORDER_REFLECT,
    "mirror": cv2.BORDER_REFLECT_101,
    "nearest": cv2.BORDER_REPLICATE,
    "constant": cv2.BORDER_CONSTANT,
}


def _along(weights, axis):
    """The pair (across columns, across rows) that sepFilter2D takes."""
    one = weights[:1] * 0 + 1
    return (one, weights) if axis == 0 else (weights, one)


class Adapter(Library):
    threads = "cv2.setNumThreads"

    def __init__(self, threads):
        cv2.setNumThreads(threads)

    def build(self):
        wanted = r"^\s*(Baseline|requested|required|Dispatched code generation|Parallel framework|" \
                 r"Intel IPP|C\+\+ flags \(Release\)|Lapack):?\s*(.*)$"
        lines = re.findall(wanted, cv2.getBuildInformation(), re.M)
        return {"version": cv2.__version__, "threads": cv2.getNumThreads(),
                "build": {name: value.strip() for name, value in lines if value.strip()}}

    def names(self, case):
        if len(case["shape"]) > 2 and case["op"] != "gaussian_bytes":
            raise Unsupported("images have two dimensions")
        return {"cv2": cv2, "along": _along, "BORDERS": BORDERS}

    def compile(self, text, inputs, names):
        if len(inputs["x"].shape) == 1:  # a signal is an image of one row
            inputs = {**inputs, "x": inputs["x"][None], "out": inputs["out"][None]}
            names = {**names, "axis": 1}
        return super().compile(text, inputs, names)
