"""Checks the operators of onnx_torch.py against ONNX's own node tests: python3 check_onnx_torch.py

Forward values only; the gradients are autograd's. Exits with 1 if a case disagrees.
"""
import sys

import numpy
import onnx
import torch

# ONNX 1.12 still spells types as NumPy < 1.24 did.
for alias, type_ in (("float", float), ("int", int), ("bool", bool), ("object", object)):
    if alias not in numpy.__dict__:
        setattr(numpy, alias, type_)

from onnx.backend.test.case.node import collect_testcases  # noqa: E402

from onnx_operators import OPERATORS  # noqa: E402
from onnx_torch import attributes_of  # noqa: E402

# Parts of a case's name, and why the references do without such cases.
UNCOVERED = {
    "cubic": "cubic resizing", "crop_and_resize": "a region of interest", "with_argmax": "indices of MaxPool",
    "mask": "mask of Dropout", "train": "training mode", "int8": "integers", "int16": "integers", "int32": "integers",
    "int64": "integers", "uint": "integers",
    "resize_downsample_scales_linear_align_corners": "ONNX 1.12 divides by an unrounded output size; corrected since",
}


def as_opset_18(node):
    """The attributes of a node of opset 17, and the inputs that opset 18 has in their place."""
    a, more = attributes_of(node), []
    if node.op_type.startswith("Reduce") and "axes" in a:
        more = [torch.tensor(a.pop("axes"))]
    if node.op_type == "Split":
        a["num_outputs"] = len(node.output)
    return a, more


def run(node, graph, inputs, expected):
    feeds = {"": None}
    for info, value in zip(graph.input, inputs):
        tensor = torch.from_numpy(numpy.array(value))
        whole = tensor.dtype in (torch.int64, torch.bool)  # shapes, axes, indices, conditions
        feeds[info.name] = tensor if whole else tensor.double()
    a, more = as_opset_18(node)
    results = OPERATORS[node.op_type](a, *[feeds[n] for n in node.input], *more)
    results = results if isinstance(results, tuple) else (results,)
    for result, value in zip(results, expected):
        value = numpy.array(value)
        if tuple(result.shape) != value.shape:
            return f"shape {tuple(result.shape)} instead of {value.shape}"
        if not numpy.allclose(result.numpy(), value, rtol=1e-5, atol=1e-6, equal_nan=True):
            return f"differs by {numpy.abs(result.numpy() - value).max()}"
    return None


def check():
    passed, skipped, failed, operators = 0, [], [], set()
    for case in collect_testcases(None):
        graph = case.model.graph if case.model is not None else None
        if graph is None or len(graph.node) != 1 or graph.node[0].op_type not in OPERATORS:
            continue
        if any(part in case.name for part in UNCOVERED):
            skipped.append(case.name)
            continue
        for inputs, expected in case.data_sets:
            try:
                problem = run(graph.node[0], graph, inputs, expected)
            except (RuntimeError, ValueError, TypeError, IndexError, KeyError, NotImplementedError) as error:
                problem = f"{type(error).__name__} {str(error)[:150]}"
            if problem:
                failed.append(f"{case.name}: {problem}")
            else:
                passed += 1
                operators.add(graph.node[0].op_type)
    return passed, skipped, failed, operators


if __name__ == "__main__":
    passed, skipped, failed, operators = check()
    print(f"{passed} of ONNX {onnx.__version__}'s node tests agree, {len(skipped)} are not covered, {len(failed)} fail")
    print("without a node test:", ", ".join(sorted(set(OPERATORS) - operators)) or "none")
    if "-v" in sys.argv:
        print("not covered:", ", ".join(skipped))
    for line in failed:
        print("  " + line)
    sys.exit(1 if failed else 0)
