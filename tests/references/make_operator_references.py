"""Writes operators.json: outputs and gradients of single operators by PyTorch in float64; README.md gives its form.

Run: python3 make_operator_references.py
"""
import pathlib

import numpy
import torch
import torch.nn.functional as F

from make_gradient_references import made_with, write_json
from onnx_operators import OPERATORS
from operator_cases import Values, all_cases

HERE = pathlib.Path(__file__).parent


def operator_of(case):
    if case.op == "Cast":
        return lambda a, x: x
    if case.op == "Selu" and not case.attributes:
        return lambda a, x: F.selu(x)  # ONNX has the paper's constants rounded to float32; PyTorch has what they stand for
    return OPERATORS[case.op]


def attribute(value):
    """As ONNX writes it: (kind, value); floats are rounded to float32, which is what a model file can hold."""
    if isinstance(value, list):
        return "ints", value
    if isinstance(value, str):
        return "string", value
    return ("float", float(numpy.float32(value))) if isinstance(value, float) else ("int", value)


def stored(array, kind=None):
    array = numpy.asarray(array)
    kind = kind or {"f": "float", "i": "int64", "b": "bool"}[array.dtype.kind]
    return {"type": kind, "shape": list(array.shape), "data": array.reshape(-1).tolist()}


def run(case):
    rng = case.rng()
    arrays = [v.build(rng) if isinstance(v, Values) else v for v in case.inputs]
    for array in arrays:
        if array is not None and array.dtype.kind == "f":
            assert (array == array.astype(numpy.float32)).all(), case.name
    tensors = [None if v is None else torch.from_numpy(numpy.array(v)) for v in arrays]
    sources = [i for i, t in enumerate(tensors)
               if t is not None and t.is_floating_point() and i not in case.undifferentiated and t.numel()]
    for i in sources:
        tensors[i].requires_grad_()
    attributes = {name: attribute(value) for name, value in case.attributes.items()}
    outputs = operator_of(case)({name: value for name, (_, value) in attributes.items()}, *tensors)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert len(outputs) == case.outputs, case.name
    cotangents = [torch.from_numpy(numpy.array(rng.integers(-64, 65, size=tuple(o.shape)) / 32.0)) for o in outputs]
    gradients = torch.autograd.grad(outputs, [tensors[i] for i in sources], cotangents, allow_unused=True)
    by_input = dict(zip(sources, gradients))
    check_finite(case, outputs, gradients)
    return {"name": case.name.rstrip(": "), "op": case.op, "opset": case.opset,
            "attributes": {name: {kind: value} for name, (kind, value) in attributes.items()},
            "inputs": [None if v is None else stored(v) for v in arrays],
            "outputs": [stored(o.detach().numpy()) for o in outputs],
            "cotangents": [stored(c.numpy()) for c in cotangents],
            "gradients": [None if by_input.get(i) is None else stored(by_input[i].numpy()) for i in range(len(arrays))],
            **({"note": case.note} if case.note else {})}


def check_finite(case, outputs, gradients):
    for t in (*outputs, *(g for g in gradients if g is not None)):
        assert torch.isfinite(t).all(), case.name


def check_against_torch():
    """Where PyTorch has the whole operator with ONNX's meaning, our restatement must be it."""
    x = torch.randn(2, 3, 5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    sizes = torch.tensor([2, 3, 8, 4])
    for mode, align in (("half_pixel", False), ("align_corners", True)):
        ours = OPERATORS["Resize"]({"mode": "linear", "coordinate_transformation_mode": mode}, x, None, None, sizes)
        torch.testing.assert_close(ours, F.interpolate(x, (8, 4), mode="bilinear", align_corners=align))
    for approximate in ("none", "tanh"):
        torch.testing.assert_close(OPERATORS["Gelu"]({"approximate": approximate}, x), F.gelu(x, approximate=approximate))
    for include in (0, 1):
        a = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1, "count_include_pad": include}
        torch.testing.assert_close(OPERATORS["AveragePool"](a, x), F.avg_pool2d(x, 3, 2, 1, True, bool(include)))
    torch.testing.assert_close(OPERATORS["Elu"]({"alpha": 1.5}, x), F.elu(x, 1.5))
    torch.testing.assert_close(OPERATORS["Selu"]({}, x), F.selu(x), rtol=1e-6, atol=0)
    torch.testing.assert_close(OPERATORS["HardSwish"]({}, x * 3), F.hardswish(x * 3))
    torch.testing.assert_close(OPERATORS["DepthToSpace"]({"blocksize": 2, "mode": "CRD"}, x[:, :1].repeat(1, 8, 1, 1)),
                               F.pixel_shuffle(x[:, :1].repeat(1, 8, 1, 1), 2))
    wide = torch.randn(1, 2, 3, 4, 5, dtype=torch.float64)[:, :, 0]
    torch.testing.assert_close(
        OPERATORS["ConvTranspose"]({"strides": [3, 2], "pads": [1, 1, 1, 1], "output_padding": [2, 1]}, wide, x[:, :, :3, :3]),
        F.conv_transpose2d(wide, x[:, :, :3, :3], None, (3, 2), 1, (2, 1)))
    general = F.pad(x, [1, 1, 1, 1], value=-float("inf"))  # the padded way and PyTorch's own must be one
    torch.testing.assert_close(OPERATORS["MaxPool"]({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, x),
                               F.max_pool2d(general, 3, 2))


def check_ties():
    """The first maximum in row-major order wins a tie, in PyTorch's own pool."""
    x = torch.zeros(1, 1, 3, 3, dtype=torch.float64)
    _, places = F.max_pool2d(x, 2, 1, return_indices=True)
    assert places.reshape(-1).tolist() == [0, 1, 3, 4]


if __name__ == "__main__":
    check_against_torch()
    check_ties()
    cases = [run(case) for case in all_cases()]
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), "two cases of one name"
    write_json(HERE / "operators.json", {"made_with": made_with(), "cases": cases})
    print(f"{len(cases)} cases of {len({case['op'] for case in cases})} operators, "
          f"{(HERE / 'operators.json').stat().st_size / 1e3:.0f} kB")
    print("without a case:", ", ".join(sorted(set(OPERATORS) - {case["op"] for case in cases})) or "none")
