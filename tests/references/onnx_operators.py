"""ONNX operators (opset 18) stated in PyTorch, differentiable by autograd, in whatever float type their inputs have.

Each function takes the node's attributes as a dict and the inputs in ONNX order (None where an optional one is absent)
and returns a tensor, or a tuple where the operator has several outputs. What differs between ONNX and PyTorch is said
where it is handled. `OPERATORS` at the end maps names to functions. Spatial operators live in onnx_spatial.py.
"""
import functools
import math

import torch
import torch.nn.functional as F

from onnx_spatial import SPATIAL_OPERATORS

# Above its threshold F.softplus returns x itself. Its default of 20 would leave an error of exp(-20) = 2e-9, visible in
# float64; at 40 the error is 4e-18 and exp(40) still fits float32.
SOFTPLUS_THRESHOLD = 40.0


def softplus(x):
    return F.softplus(x, beta=1.0, threshold=SOFTPLUS_THRESHOLD)


def unary(function):
    return lambda a, x: function(x)


def variadic(function):
    return lambda a, *inputs: functools.reduce(function, inputs)


def elu(a, x):
    # Not F.elu: with alpha < 0 its in-place-safe backward refuses, and the formula is short.
    return torch.where(x > 0, x, a.get("alpha", 1.0) * torch.expm1(torch.minimum(x, torch.zeros_like(x))))


def selu(a, x):
    alpha = a.get("alpha", 1.67326319217681884765625)
    gamma = a.get("gamma", 1.05070102214813232421875)
    return gamma * elu({"alpha": alpha}, x)


def leaky_relu(a, x):
    return torch.where(x > 0, x, a.get("alpha", 0.01) * x)  # slope at 0: alpha, as in F.leaky_relu


def prelu(a, x, slope):
    return torch.where(x > 0, x, slope * x)  # slope broadcasts to x by NumPy's rule, not along channels


def clip(a, x, low=None, high=None):
    if low is None and high is None:
        return x
    # PyTorch passes 1 at the bounds where Reverie passes 0; references stay away from them.
    return torch.clamp(x, None if low is None else low.item(), None if high is None else high.item())


def hard_sigmoid(a, x):
    return torch.clamp(a.get("alpha", 0.2) * x + a.get("beta", 0.5), 0, 1)


def hard_swish(a, x):
    return x * torch.clamp(x / 6 + 0.5, 0, 1)


def gelu(a, x):
    if a.get("approximate", "none") == "tanh":
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def power(a, x, y):
    return torch.pow(x, y.to(x.dtype))


def gemm(a, x, y, c=None):
    x = x.t() if a.get("transA", 0) else x
    y = y.t() if a.get("transB", 0) else y
    alpha, beta = a.get("alpha", 1.0), a.get("beta", 1.0)
    if c is None:
        return alpha * (x @ y)
    return torch.addmm(c, x, y, beta=beta, alpha=alpha)


def softmax(a, x):
    return torch.softmax(x, a.get("axis", -1))


def log_softmax(a, x):
    return torch.log_softmax(x, a.get("axis", -1))


def batch_normalization(a, x, scale, bias, mean, variance):
    return F.batch_norm(x, mean, variance, scale, bias, training=False, eps=a.get("epsilon", 1e-5))


def instance_normalization(a, x, scale, bias):
    return F.instance_norm(x, weight=scale, bias=bias, use_input_stats=True, eps=a.get("epsilon", 1e-5))


def layer_normalization(a, x, scale, bias=None):
    axis = a.get("axis", -1) % x.dim()
    y = F.layer_norm(x, x.shape[axis:], eps=a.get("epsilon", 1e-5)) * scale  # scale may broadcast in ONNX
    return y if bias is None else y + bias


def lrn(a, x):
    size = a["size"]
    alpha, beta, bias = a.get("alpha", 1e-4), a.get("beta", 0.75), a.get("bias", 1.0)
    if size % 2 == 1:
        return F.local_response_norm(x, size, alpha, beta, bias)
    # An even window reaches floor((size-1)/2) channels down in ONNX, size/2 in PyTorch.
    squares = F.pad((x * x).unsqueeze(1).flatten(3), (0, 0, (size - 1) // 2, size // 2))
    mean = F.avg_pool2d(squares, (size, 1), stride=1).reshape(x.shape)
    return x / torch.pow(bias + alpha * mean, beta)


def reshape(a, x, shape):
    sizes = shape.tolist()
    if not a.get("allowzero", 0):
        sizes = [x.shape[i] if s == 0 else s for i, s in enumerate(sizes)]
    return x.reshape(sizes)


def flatten(a, x):
    axis = a.get("axis", 1)
    axis = axis + x.dim() if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), -1)


def transpose(a, x):
    return x.permute(a.get("perm", list(range(x.dim()))[::-1]))


def squeeze(a, x, axes=None):
    dims = [d for d in range(x.dim()) if x.shape[d] == 1] if axes is None else [d % x.dim() for d in axes.tolist()]
    return x.reshape([s for d, s in enumerate(x.shape) if d not in dims])


def unsqueeze(a, x, axes):
    rank = x.dim() + axes.numel()
    for d in sorted(d % rank for d in axes.tolist()):
        x = x.unsqueeze(d)
    return x


def expand(a, x, shape):
    return x.expand(torch.broadcast_shapes(x.shape, tuple(shape.tolist())))


def slice_(a, x, starts, ends, axes=None, steps=None):
    axes = list(range(starts.numel())) if axes is None else [d % x.dim() for d in axes.tolist()]
    steps = [1] * len(axes) if steps is None else steps.tolist()
    for start, end, axis, step in zip(starts.tolist(), ends.tolist(), axes, steps):
        # Python's own slice has ONNX's meaning, negative steps included; a tensor's does not take those.
        kept = range(x.shape[axis])[slice(*clamped(start, end, step, x.shape[axis]), step)]
        x = x.index_select(axis, torch.tensor(list(kept), dtype=torch.int64))
    return x


def clamped(start, end, step, size):
    """ONNX counts negative positions from the end, then clamps; -1 after that means 'before the first'."""
    start, end = (p + size if p < 0 else p for p in (start, end))
    if step > 0:
        return max(0, min(start, size)), max(0, min(end, size))
    start, end = max(0, min(start, size - 1)), max(-1, min(end, size - 1))
    return start, None if end < 0 else end


def gather(a, x, indices):
    axis = a.get("axis", 0) % x.dim()
    flat = indices.reshape(-1) % x.shape[axis]
    return x.index_select(axis, flat).reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1:])


def split(a, x, sizes=None):
    axis = a.get("axis", 0)
    if sizes is not None:
        return x.split(sizes.tolist(), axis)
    return x.split(-(-x.shape[axis] // a["num_outputs"]), axis)  # the last part may be smaller


def reduction(function):
    def reduce(a, x, axes=None):
        keep = bool(a.get("keepdims", 1))
        if axes is None or axes.numel() == 0:
            if a.get("noop_with_empty_axes", 0):
                return x
            dims = list(range(x.dim()))
        else:
            dims = [d % x.dim() for d in axes.tolist()]
        return function(x, dims, keep)
    return reduce


def cumulative_sum(a, x, axis):
    d = int(axis) % x.dim()
    y = x.flip(d) if a.get("reverse", 0) else x
    y = y.cumsum(d) - y if a.get("exclusive", 0) else y.cumsum(d)
    return y.flip(d) if a.get("reverse", 0) else y


def trilu(a, x, k=None):
    return (torch.triu if a.get("upper", 1) else torch.tril)(x, 0 if k is None else int(k))


def scatter_elements(a, x, indices, updates):
    axis = a.get("axis", 0) % x.dim()
    places = indices % x.shape[axis]
    return (x.scatter_add if a.get("reduction", "none") == "add" else x.scatter)(axis, places, updates)


def scatter_nd(a, x, indices, updates):
    places = tuple(indices[..., d] for d in range(indices.shape[-1]))
    return x.index_put(places, updates, accumulate=a.get("reduction", "none") == "add")


def gather_elements(a, x, indices):
    axis = a.get("axis", 0) % x.dim()
    return x.gather(axis, indices % x.shape[axis])


def mean_variance_normalization(a, x):
    axes = a.get("axes", [0, 2, 3])
    centred = x - x.mean(axes, True)
    return centred / ((centred * centred).mean(axes, True).sqrt() + 1e-9)


def shrink(a, x):
    limit, bias = a.get("lambd", 0.5), a.get("bias", 0.0)
    return torch.where(x < -limit, x + bias, torch.where(x > limit, x - bias, x * 0))


def celu(a, x):
    return F.celu(x, a.get("alpha", 1.0))


def depth_to_space(a, x):
    n, c, h, w = x.shape
    b = a["blocksize"]
    if a.get("mode", "DCR") == "CRD":
        y = x.reshape(n, c // (b * b), b, b, h, w).permute(0, 1, 4, 2, 5, 3)
    else:
        y = x.reshape(n, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2)
    return y.reshape(n, c // (b * b), h * b, w * b)


def space_to_depth(a, x):
    n, c, h, w = x.shape
    b = a["blocksize"]
    return x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)


OPERATORS = {
    **SPATIAL_OPERATORS,
    "Relu": unary(F.relu), "LeakyRelu": leaky_relu, "PRelu": prelu, "Elu": elu, "Selu": selu, "Clip": clip,
    "Sigmoid": unary(torch.sigmoid), "HardSigmoid": hard_sigmoid, "HardSwish": hard_swish, "Tanh": unary(torch.tanh),
    "Softplus": unary(softplus), "Erf": unary(torch.erf), "Gelu": gelu, "Exp": unary(torch.exp), "Log": unary(torch.log),
    "Sqrt": unary(torch.sqrt), "Abs": unary(torch.abs), "Neg": unary(torch.neg), "Pow": power,
    "Identity": unary(lambda x: x), "Dropout": lambda a, x, *rest: x,
    "Add": variadic(torch.add), "Sub": variadic(torch.sub), "Mul": variadic(torch.mul), "Div": variadic(torch.div),
    "Sum": variadic(torch.add), "Max": variadic(torch.maximum), "Min": variadic(torch.minimum),
    "Where": lambda a, condition, x, y: torch.where(condition, x, y),
    "MatMul": lambda a, x, y: torch.matmul(x, y), "Gemm": gemm,
    "Softmax": softmax, "LogSoftmax": log_softmax, "LRN": lrn, "BatchNormalization": batch_normalization,
    "InstanceNormalization": instance_normalization, "LayerNormalization": layer_normalization,
    "Concat": lambda a, *inputs: torch.cat(inputs, a["axis"]), "Split": split, "Slice": slice_, "Gather": gather,
    "Reshape": reshape, "Flatten": flatten, "Transpose": transpose, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
    "Expand": expand, "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
    "ReduceMean": reduction(lambda x, d, k: x.mean(d, k)), "ReduceSum": reduction(lambda x, d, k: x.sum(d, k)),
    "ReduceMax": reduction(lambda x, d, k: x.amax(d, k)),  # ties share the cotangent equally
    "ReduceL2": reduction(lambda x, d, k: (x * x).sum(d, k).sqrt()),
    "ReduceSumSquare": reduction(lambda x, d, k: (x * x).sum(d, k)),
    "ReduceMin": reduction(lambda x, d, k: x.amin(d, k)), "ReduceL1": reduction(lambda x, d, k: x.abs().sum(d, k)),
    "ReduceProd": reduction(lambda x, d, k: functools.reduce(lambda y, each: y.prod(each, True), d, x) if k
                            else functools.reduce(lambda y, each: y.prod(each), sorted(d)[::-1], x)),
    "ReduceLogSum": reduction(lambda x, d, k: x.sum(d, k).log()), "ReduceLogSumExp": reduction(lambda x, d, k: torch.logsumexp(x, d, k)),
    "CumSum": cumulative_sum, "Trilu": trilu, "ScatterElements": scatter_elements, "ScatterND": scatter_nd,
    "GatherElements": gather_elements, "Einsum": lambda a, *inputs: torch.einsum(a["equation"], *inputs),
    "MeanVarianceNormalization": mean_variance_normalization, "Tile": lambda a, x, repeats: x.repeat(repeats.tolist()),
    "Mean": lambda a, *inputs: functools.reduce(torch.add, inputs) / len(inputs), "Shrink": shrink, "Celu": celu,
    "Mish": unary(lambda x: x * torch.tanh(softplus(x))), "Softsign": unary(F.softsign), "Reciprocal": unary(torch.reciprocal),
    "ThresholdedRelu": lambda a, x: torch.where(x > a.get("alpha", 1.0), x, x * 0),
    "Sin": unary(torch.sin), "Cos": unary(torch.cos), "Tan": unary(torch.tan), "Asin": unary(torch.asin), "Acos": unary(torch.acos),
    "Atan": unary(torch.atan), "Sinh": unary(torch.sinh), "Cosh": unary(torch.cosh), "Asinh": unary(torch.asinh),
    "Acosh": unary(torch.acosh), "Atanh": unary(torch.atanh),
}
