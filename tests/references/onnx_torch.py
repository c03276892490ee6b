"""Runs an ONNX network in PyTorch, in float32 or float64, with autograd: the yardstick of the stored references.

    network = OnnxModule("googlenet.onnx", torch.float64, stop_at="inception_4c/output")
    activation = network(x)                       # or network(x, "loss3/classifier", ...) for other tensors

The graph becomes a flat list of calls at load time; a tensor is dropped after its last use. With smooth=True the
network's smooth twin is built: every Relu becomes Softplus and every MaxPool the AveragePool with the same attributes
(count_include_pad = 0, ceil_mode kept), so that no rounding error can flip a mask or a winner.
Weights are float32 in the file and are widened, so float32 and float64 runs are of the same network; an attribute
such as LRN's alpha is the float32 number of the file in both.
"""
import hashlib

import onnx
import onnx.numpy_helper
import torch

from onnx_operators import OPERATORS

FLOAT_TYPES = (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)


def file_sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def attributes_of(node):
    values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {name: v.decode() if isinstance(v, bytes) else v for name, v in values.items()}


class OnnxModule(torch.nn.Module):
    def __init__(self, path, dtype, stop_at=None, smooth=False, inplace_relu=False):
        """inplace_relu: a Relu that is its input's only reader overwrites it, as torchvision's models do."""
        super().__init__()
        self.dtype = dtype
        graph = onnx.load(path).graph if not isinstance(path, onnx.GraphProto) else path
        self.constants = {t.name: self.tensor(t) for t in graph.initializer}
        self.input = next(i.name for i in graph.input if i.name not in self.constants)
        self.outputs = [stop_at] if stop_at else [graph.output[0].name]
        self.calls = []
        self.aliases = {}
        for node in needed(graph.node, self.outputs):
            self.add(node, smooth)
        self.inplace = inplace_relu
        self.plans = {}

    def tensor(self, proto):
        value = torch.from_numpy(onnx.numpy_helper.to_array(proto).copy())
        return value.to(self.dtype) if value.is_floating_point() else value

    def add(self, node, smooth):
        a = attributes_of(node)
        inputs = [self.aliases.get(n, n) for n in node.input]
        outputs = list(node.output)
        if node.op_type == "Constant":
            self.constants[outputs[0]] = self.tensor(a["value"])
            return
        if node.op_type in ("Identity", "Dropout") or (node.op_type == "Cast" and a["to"] in FLOAT_TYPES):
            if node.op_type == "Cast" and a["to"] == onnx.TensorProto.FLOAT16:
                raise NotImplementedError("Cast to float16: the references have no half precision")
            self.aliases[outputs[0]] = inputs[0]
            return
        operator = node.op_type
        if smooth and operator == "Relu":
            operator = "Softplus"
        if smooth and operator == "MaxPool":
            operator = "AveragePool"
        if operator not in OPERATORS:
            raise NotImplementedError(f"operator {operator} (node {node.name or outputs[0]})")
        self.calls.append((OPERATORS[operator], operator, a, inputs, outputs))

    def plan(self, wanted):
        """The calls that `wanted` needs, each with the tensors that it is the last to read."""
        needs, kept = {self.aliases.get(n, n) for n in wanted}, []
        seen = set(needs)
        for function, operator, a, inputs, outputs in reversed(self.calls):
            if needs.isdisjoint(outputs):
                continue
            last = [n for n in dict.fromkeys(inputs) if n and n not in seen and n not in self.constants]
            seen.update(inputs)
            needs.update(inputs)
            if self.inplace and operator == "Relu" and inputs[0] in last and self.readers(inputs[0]) == 1:
                function = lambda a, x: torch.relu_(x)
            kept.append((function, a, inputs, outputs, last))
        return kept[::-1]

    def readers(self, name):
        return sum(name in inputs for _, _, _, inputs, _ in self.calls) if name != self.input else 2

    def forward(self, x, *wanted):
        wanted = wanted or tuple(self.outputs)
        if wanted not in self.plans:
            self.plans[wanted] = self.plan(wanted)
        values = {self.input: x, "": None}
        constants = self.constants
        for function, a, inputs, outputs, last in self.plans[wanted]:
            result = function(a, *[values[n] if n in values else constants[n] for n in inputs])
            if isinstance(result, tuple):
                values.update(zip(outputs, result))
            else:
                values[outputs[0]] = result
            del result
            for n in last:
                del values[n]
        found = [values[self.aliases.get(n, n)] for n in wanted]
        return found[0] if len(found) == 1 else found


def needed(nodes, outputs):
    """The nodes that lead to `outputs`, in their order."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]
