"""Runs an ONNX graph with PyTorch, so that a teacher in .onnx form can be used (and differentiated) on any device.

Only the operators that the teachers and the students use are known; another one is refused by name. Every tensor of the
graph can be asked for by its name, and what no asked tensor needs is not computed.
"""
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def _pair(attributes, name, default):
    return list(attributes.get(name, default))


def _explicit_pads(attributes):
    """ONNX writes [top, left, bottom, right]; F.pad wants [left, right, top, bottom]."""
    if attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise NotImplementedError("auto_pad other than NOTSET")
    top, left, bottom, right = _pair(attributes, "pads", [0, 0, 0, 0])
    return left, right, top, bottom


def _conv(attributes, x, weight, bias=None):
    left, right, top, bottom = _explicit_pads(attributes)
    if left != right or top != bottom:
        x, left, top = F.pad(x, (left, right, top, bottom)), 0, 0
    return F.conv2d(x, weight, bias, _pair(attributes, "strides", [1, 1]), (top, left),
                    _pair(attributes, "dilations", [1, 1]), attributes.get("group", 1))


def _max_pool(attributes, x):
    left, right, top, bottom = _explicit_pads(attributes)
    if left != right or top != bottom:
        x, left, top = F.pad(x, (left, right, top, bottom), value=float("-inf")), 0, 0
    return F.max_pool2d(x, _pair(attributes, "kernel_shape", None), _pair(attributes, "strides", [1, 1]), (top, left),
                        _pair(attributes, "dilations", [1, 1]), bool(attributes.get("ceil_mode", 0)))


def _average_pool(attributes, x):
    left, right, top, bottom = _explicit_pads(attributes)
    counted = bool(attributes.get("count_include_pad", 0))
    if left != right or top != bottom:
        if not counted:
            raise NotImplementedError("AveragePool with uneven pads that are not counted")
        x, left, top = F.pad(x, (left, right, top, bottom)), 0, 0
    return F.avg_pool2d(x, _pair(attributes, "kernel_shape", None), _pair(attributes, "strides", [1, 1]), (top, left),
                        bool(attributes.get("ceil_mode", 0)), counted)


def _local_response_norm(attributes, x):
    """x / (k + alpha/n * sum of squares over n neighbouring channels)^beta, the sum as a banded 1x1 convolution:
    F.local_response_norm goes through a 3-d pool, which is several times slower and has no fast half precision."""
    size, channels = attributes["size"], x.shape[1]
    index = torch.arange(channels, device=x.device)
    offset = index[None, :] - index[:, None]
    band = ((offset >= -((size - 1) // 2)) & (offset <= size // 2)).to(x.dtype)[:, :, None, None]
    scale = attributes.get("bias", 1.0) + attributes.get("alpha", 1e-4) / size * F.conv2d(x * x, band)
    return x * scale.pow(-attributes.get("beta", 0.75))


def _pad(attributes, x, pads, value=None):
    mode = attributes.get("mode", b"constant").decode()
    pads = [int(p) for p in pads]
    if pads[:2] != [0, 0] or pads[4:6] != [0, 0]:
        raise NotImplementedError("Pad of the batch or the channels")
    around = (pads[3], pads[7], pads[2], pads[6])
    if mode == "constant":
        return F.pad(x, around, value=0.0 if value is None else float(value))
    return F.pad(x, around, mode={"reflect": "reflect", "edge": "replicate"}[mode])


def _gemm(attributes, a, b, c=None):
    a = a.t() if attributes.get("transA", 0) else a
    b = b.t() if attributes.get("transB", 0) else b
    y = attributes.get("alpha", 1.0) * (a @ b)
    return y if c is None else y + attributes.get("beta", 1.0) * c


OPERATORS = {
    "AveragePool": _average_pool,
    "Concat": lambda attributes, *xs: torch.cat(xs, attributes["axis"]),
    "Conv": _conv,
    "Dropout": lambda attributes, x, *_: x,
    "Flatten": lambda attributes, x: x.flatten(attributes.get("axis", 1)),
    "Gemm": _gemm,
    "GlobalAveragePool": lambda attributes, x: x.mean((2, 3), keepdim=True),
    "Identity": lambda attributes, x: x,
    "LRN": _local_response_norm,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "Relu": lambda attributes, x: torch.relu(x),
    "Softmax": lambda attributes, x: torch.softmax(x, attributes.get("axis", -1)),
}


class OnnxNetwork(torch.nn.Module):
    """An ONNX model as a PyTorch module; its floating-point constants are buffers, so `.to(device, dtype)` moves them.

    `graph` holds the original onnx.GraphProto, `card` the text of the metadata key `reverie.card` (or None).
    Raises NotImplementedError naming the operator when the model uses one that is not known here.
    """

    def __init__(self, path):
        super().__init__()
        model = onnx.load(path)
        self.graph = model.graph
        self.card = next((p.value for p in model.metadata_props if p.key == "reverie.card"), None)
        constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}
        self.nodes, self._integers, self._buffer_of = [], {}, {}
        for node in model.graph.node:
            if node.op_type == "Cast" and node.input[0] in constants:
                # The students keep their weights as float16 behind a Cast: undone here once.
                constants[node.output[0]] = constants.pop(node.input[0]).float()
                continue
            if node.op_type not in OPERATORS:
                raise NotImplementedError(f"{path}: operator {node.op_type} (node {node.name}) is not known")
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            self.nodes.append((OPERATORS[node.op_type], attributes, list(node.input), node.output[0]))
        for i, (name, value) in enumerate(constants.items()):
            if value.is_floating_point():
                self.register_buffer(f"constant{i}", value)
                self._buffer_of[name] = f"constant{i}"
            else:
                self._integers[name] = value
        self.input = next(v.name for v in model.graph.input if v.name not in constants)

    def forward(self, x, tensors):
        """Returns a dict with the named tensors (all post-operator values) for the raw input `x` [N,C,H,W]."""
        values = {self.input: x}
        for name, buffer in self._buffer_of.items():
            values[name] = getattr(self, buffer)
        values.update(self._integers)
        for run, attributes, inputs, output in self._needed(tuple(tensors)):
            values[output] = run(attributes, *[values[i] for i in inputs])
        return {name: values[name] for name in tensors}

    def _needed(self, tensors):
        """The nodes that the named tensors depend on, in order."""
        known = {output for *_, output in self.nodes} | {self.input}
        for name in tensors:
            if name not in known:
                raise KeyError(f"the graph has no tensor '{name}'")
        wanted, kept = set(tensors), []
        for node in reversed(self.nodes):
            if node[3] in wanted:
                wanted.update(node[2])
                kept.append(node)
        return kept[::-1]
