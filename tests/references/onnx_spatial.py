"""Convolution, pooling, padding and resizing of ONNX (opset 18) stated in PyTorch; see onnx_operators.py."""
import math

import torch
import torch.nn.functional as F

CONVOLUTIONS = (None, F.conv1d, F.conv2d, F.conv3d)
TRANSPOSED = (None, F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)
MAX_POOLS = (None, F.max_pool1d, F.max_pool2d, F.max_pool3d)
AVERAGE_POOLS = (None, F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)


def interleave(begin, end):
    """F.pad lists the last axis first, each as (begin, end)."""
    return [p for pair in zip(reversed(begin), reversed(end)) for p in pair]


def window(a, kernel, sizes):
    """Strides, dilations and pads (begin, end) of a convolution or pool, auto_pad resolved."""
    rank = len(kernel)
    strides, dilations = a.get("strides", [1] * rank), a.get("dilations", [1] * rank)
    pads = a.get("pads", [0] * 2 * rank)
    begin, end = list(pads[:rank]), list(pads[rank:])
    mode = a.get("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        for i, size in enumerate(sizes):
            reach = (kernel[i] - 1) * dilations[i] + 1
            total = max((math.ceil(size / strides[i]) - 1) * strides[i] + reach - size, 0)
            small, large = total // 2, total - total // 2
            begin[i], end[i] = (small, large) if mode == "SAME_UPPER" else (large, small)
    return strides, dilations, begin, end


def conv(a, x, w, b=None):
    strides, dilations, begin, end = window(a, w.shape[2:], x.shape[2:])
    if begin != end:  # PyTorch pads both sides alike
        x, begin = F.pad(x, interleave(begin, end)), [0] * len(begin)
    return CONVOLUTIONS[x.dim() - 2](x, w, b, strides, begin, dilations, a.get("group", 1))


def conv_transpose(a, x, w, b=None):
    kernel = w.shape[2:]
    rank = len(kernel)
    strides, dilations = a.get("strides", [1] * rank), a.get("dilations", [1] * rank)
    extra = a.get("output_padding", [0] * rank)
    pads = a.get("pads", [0] * 2 * rank)
    begin, end = list(pads[:rank]), list(pads[rank:])
    full = TRANSPOSED[rank](x, w, None, strides, 0, 0, a.get("group", 1), dilations)
    mode, wanted = a.get("auto_pad", "NOTSET"), a.get("output_shape")
    if mode in ("SAME_UPPER", "SAME_LOWER") and wanted is None:
        wanted = [size * stride for size, stride in zip(x.shape[2:], strides)]
    if wanted is not None:
        for i in range(rank):
            total = full.shape[2 + i] + extra[i] - wanted[-rank + i]
            half = total // 2
            begin[i], end[i] = (half, total - half) if mode == "SAME_UPPER" else (total - half, half)
    # The full result, longer by output_padding, less the pads. The bias comes last: it reaches the added places too.
    y = F.pad(full, interleave([-p for p in begin], [e - p for e, p in zip(extra, end)]))
    return y if b is None else y + b.reshape(-1, *[1] * rank)


def pool_geometry(a, sizes):
    kernel = a["kernel_shape"]
    strides, dilations, begin, end = window(a, kernel, sizes)
    surplus = [0] * len(kernel)  # places beyond the end pad that a ceil_mode window may cover
    if a.get("ceil_mode", 0):
        for i, size in enumerate(sizes):
            free = size + begin[i] + end[i] - (kernel[i] - 1) * dilations[i] - 1
            count = -(-free // strides[i]) + 1
            if (count - 1) * strides[i] >= size + begin[i]:
                count -= 1  # PyTorch, ONNX Runtime and, since opset 22, ONNX drop a window that starts in the end pad
            surplus[i] = max((count - 1) * strides[i] - free, 0)
    return kernel, strides, dilations, begin, end, surplus


def max_pool(a, x):
    kernel, strides, dilations, begin, end, surplus = pool_geometry(a, x.shape[2:])
    pool = MAX_POOLS[len(kernel)]
    if begin == end and all(2 * p <= k for p, k in zip(begin, kernel)):
        return pool(x, kernel, strides, begin, dilations, ceil_mode=bool(a.get("ceil_mode", 0)))
    padded = F.pad(x, interleave(begin, [e + s for e, s in zip(end, surplus)]), value=-math.inf)
    return pool(padded, kernel, strides, 0, dilations)


def average_pool(a, x):
    kernel, strides, _, begin, end, surplus = pool_geometry(a, x.shape[2:])
    pool, rank = AVERAGE_POOLS[len(kernel)], len(kernel)
    tail = [e + s for e, s in zip(end, surplus)]
    if not any(begin) and not any(tail):
        return pool(x, kernel, strides)
    # The divisor is the number of places in the input (count_include_pad = 0) or in the padded input (1); places that
    # only ceil_mode reaches are never counted.
    if a.get("count_include_pad", 0):
        counted = F.pad(x.new_ones(1, 1, *[s + p + q for s, p, q in zip(x.shape[2:], begin, end)]),
                        interleave([0] * rank, surplus))
    else:
        counted = F.pad(x.new_ones(1, 1, *x.shape[2:]), interleave(begin, tail))
    return pool(F.pad(x, interleave(begin, tail)), kernel, strides) / pool(counted, kernel, strides)


def global_average_pool(a, x):
    return x.mean(list(range(2, x.dim())), keepdim=True)


def global_max_pool(a, x):
    flat = x.flatten(2)  # through a pool, so that a tie goes to the first maximum
    return F.max_pool1d(flat, flat.shape[2]).reshape(*x.shape[:2], *[1] * (x.dim() - 2))


def lp_pool(a, x):
    kernel, strides, _, begin, end, surplus = pool_geometry(a, x.shape[2:])
    powers = F.pad(x.abs() ** a.get("p", 2), interleave(begin, [e + s for e, s in zip(end, surplus)]))
    return (AVERAGE_POOLS[len(kernel)](powers, kernel, strides) * math.prod(kernel)) ** (1 / a.get("p", 2))


def global_lp_pool(a, x):
    return (x.abs() ** a.get("p", 2)).sum(list(range(2, x.dim())), keepdim=True) ** (1 / a.get("p", 2))


def pad(a, x, pads, value=None, axes=None):
    mode = a.get("mode", "constant")
    named = list(range(x.dim())) if axes is None else [d % x.dim() for d in axes.tolist()]
    begin, end = [0] * x.dim(), [0] * x.dim()
    for i, d in enumerate(named):
        begin[d], end[d] = pads.tolist()[i], pads.tolist()[i + len(named)]
    if mode == "constant":
        return F.pad(x, interleave(begin, end), value=0.0 if value is None else value.item())
    if x.dim() == 4 and not any(begin[:2] + end[:2]) and min(begin + end) >= 0:
        return F.pad(x, interleave(begin[2:], end[2:]), mode={"edge": "replicate"}.get(mode, mode))
    for d, size in enumerate(x.shape):  # any rank, any axis: pick the source of every place
        places = torch.arange(-begin[d], size + end[d])
        if mode == "edge":
            places = places.clamp(0, size - 1)
        elif mode == "reflect":
            places = (places % max(2 * size - 2, 1))
            places = torch.minimum(places, 2 * size - 2 - places)
        else:
            raise NotImplementedError(f"Pad mode {mode}")
        x = x.index_select(d, places)
    return x


def source_positions(a, count, size, scale):
    """Where each of `count` outputs looks along an axis of `size` inputs (float64)."""
    out = torch.arange(count, dtype=torch.float64)
    mode = a.get("coordinate_transformation_mode", "half_pixel")
    if mode == "half_pixel" or (mode == "pytorch_half_pixel" and count > 1):
        return (out + 0.5) / scale - 0.5
    if mode == "pytorch_half_pixel":
        return torch.zeros_like(out)
    if mode == "align_corners":
        return out * ((size - 1) / (count - 1)) if count > 1 else torch.zeros_like(out)
    if mode == "asymmetric":
        return out / scale
    raise NotImplementedError(f"Resize coordinate_transformation_mode {mode}")


def resize_matrix(a, count, size, scale):
    """The [count, size] matrix that resizes one axis (float64)."""
    position = source_positions(a, count, size, scale)
    rows = torch.arange(count)
    matrix = torch.zeros(count, size, dtype=torch.float64)
    if a.get("mode", "nearest") == "nearest":
        rounding = {"round_prefer_floor": lambda p: torch.ceil(p - 0.5), "round_prefer_ceil": lambda p: torch.floor(p + 0.5),
                    "floor": torch.floor, "ceil": torch.ceil}[a.get("nearest_mode", "round_prefer_floor")]
        matrix[rows, rounding(position).long().clamp(0, size - 1)] = 1
        return matrix
    if a["mode"] != "linear" or a.get("antialias", 0):
        raise NotImplementedError(f"Resize mode {a['mode']}, antialias {a.get('antialias', 0)}")
    position = position.clamp(0, size - 1)
    low = position.floor()
    share = position - low
    matrix.index_put_((rows, low.long()), 1 - share, accumulate=True)
    matrix.index_put_((rows, (low.long() + 1).clamp(max=size - 1)), share, accumulate=True)
    return matrix


def resize(a, x, roi=None, scales=None, sizes=None):
    axes = [d % x.dim() for d in a.get("axes", range(x.dim()))]
    for i, d in enumerate(axes):
        size = x.shape[d]
        if sizes is not None and sizes.numel():
            count = sizes.tolist()[i]
            scale = count / size
        else:
            scale = scales.tolist()[i]
            count = math.floor(size * scale)
        if count != size or scale != 1:
            matrix = resize_matrix(a, count, size, scale).to(x.dtype)
            x = torch.tensordot(x, matrix, ([d], [1])).movedim(-1, d)
    return x


SPATIAL_OPERATORS = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool, "AveragePool": average_pool,
    "GlobalAveragePool": global_average_pool, "GlobalMaxPool": global_max_pool, "LpPool": lp_pool, "GlobalLpPool": global_lp_pool, "Pad": pad, "Resize": resize,
}
