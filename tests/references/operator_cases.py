"""The cases of operators.json: operator, attributes, inputs. make_operator_references.py runs them.

An input is built from a shape by `Values`; all values are multiples of 1/1024, hence exact in float32, distinct within
an input and clear of the kinks named, so that a maximum has one winner and a derivative one value.
"""
import zlib

import numpy


class Case:
    def __init__(self, op, name, inputs, note=None, opset=18, outputs=1, undifferentiated=(), **attributes):
        self.op, self.name, self.opset, self.note = op, f"{op}: {name}", opset, note
        self.inputs, self.outputs, self.attributes = inputs, outputs, attributes
        self.undifferentiated = undifferentiated  # positions of float inputs that are settings, such as Clip's bounds

    def rng(self):
        return numpy.random.Generator(numpy.random.PCG64(zlib.crc32(self.name.encode())))


class Values:
    """Random distinct values of a shape in [low, high], at least 1/64 away from every kink."""
    def __init__(self, *shape, low=-2.0, high=2.0, kinks=()):
        self.shape, self.low, self.high, self.kinks = shape, low, high, kinks

    def build(self, rng):
        grid = numpy.arange(round(self.low * 1024), round(self.high * 1024) + 1) / 1024
        for kink in self.kinks:
            grid = grid[numpy.abs(grid - kink) >= 1 / 64]
        return rng.choice(grid, size=self.shape, replace=False)


def ints(*values):
    return numpy.array(values, numpy.int64)


def floats(*values):
    return numpy.array(values, numpy.float64)


def scalar(value):
    return numpy.array(value, numpy.float64)


V, positive = Values, dict(low=0.25, high=3.0)


def convolutions():
    yield Case("Conv", "3x3, pads 1, bias", [V(2, 3, 5, 6), V(4, 3, 3, 3), V(4)], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    yield Case("Conv", "stride 2, odd sizes, no bias", [V(1, 2, 7, 8), V(3, 2, 3, 3)], strides=[2, 2])
    yield Case("Conv", "stride 3 2, pads 1 0 2 1", [V(1, 2, 8, 7), V(3, 2, 3, 2), V(3)], strides=[3, 2], pads=[1, 0, 2, 1])
    yield Case("Conv", "group 2, dilation 2 1", [V(2, 4, 7, 6), V(6, 2, 3, 3), V(6)], group=2, dilations=[2, 1], pads=[2, 1, 2, 1])
    yield Case("Conv", "depthwise, stride 2", [V(1, 3, 6, 7), V(3, 1, 3, 3), V(3)], group=3, strides=[2, 2], pads=[1, 1, 1, 1])
    yield Case("Conv", "depthwise, two outputs a channel", [V(1, 3, 5, 5), V(6, 1, 2, 2)], group=3)
    yield Case("Conv", "7x7, stride 2, pads 3", [V(1, 2, 9, 11), V(2, 2, 7, 7)], strides=[2, 2], pads=[3, 3, 3, 3])
    yield Case("Conv", "1x1, stride 2", [V(1, 3, 6, 5), V(4, 3, 1, 1), V(4)], strides=[2, 2])
    yield Case("Conv", "SAME_UPPER, stride 2, even kernel", [V(1, 2, 6, 7), V(2, 2, 4, 2)], auto_pad="SAME_UPPER", strides=[2, 2])
    yield Case("Conv", "SAME_LOWER, stride 2, even kernel", [V(1, 2, 6, 7), V(2, 2, 4, 2)], auto_pad="SAME_LOWER", strides=[2, 2])
    yield Case("Conv", "VALID", [V(1, 2, 5, 4), V(2, 2, 3, 2)], auto_pad="VALID")
    yield Case("Conv", "1-D, stride 2, dilation 2, pads 1 2", [V(2, 3, 11), V(4, 3, 3), V(4)], strides=[2], dilations=[2], pads=[1, 2])
    yield Case("Conv", "1-D, group 2", [V(1, 4, 7), V(4, 2, 4)], group=2)
    yield Case("ConvTranspose", "stride 2, pads 1, output_padding 1", [V(1, 3, 4, 5), V(3, 2, 3, 3), V(2)],
               strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    yield Case("ConvTranspose", "stride 3 2, uneven pads", [V(2, 2, 3, 4), V(2, 3, 4, 3)], strides=[3, 2], pads=[1, 0, 2, 1])
    yield Case("ConvTranspose", "group 2, dilation 2", [V(1, 4, 4, 3), V(4, 2, 2, 3), V(4)], group=2, dilations=[2, 2])
    yield Case("ConvTranspose", "output_shape, SAME_UPPER", [V(1, 2, 3, 3), V(2, 2, 3, 3)], strides=[2, 2],
               auto_pad="SAME_UPPER", output_shape=[6, 6])
    yield Case("ConvTranspose", "1-D, stride 2, output_padding 1", [V(1, 3, 5), V(3, 2, 4), V(2)], strides=[2], output_padding=[1])


def poolings():
    yield Case("MaxPool", "2x2, stride 2", [V(2, 2, 6, 4)], kernel_shape=[2, 2], strides=[2, 2])
    yield Case("MaxPool", "overlapping 3x3, stride 2, ceil_mode", [V(1, 2, 8, 7)], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    yield Case("MaxPool", "3x3, stride 1, pads 1", [V(1, 2, 5, 6)], kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    yield Case("MaxPool", "negative values beside pads", [V(1, 2, 5, 5, low=-3, high=-1)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    yield Case("MaxPool", "dilation 2, stride 2 1", [V(1, 2, 9, 8)], kernel_shape=[3, 2], dilations=[2, 2], strides=[2, 1])
    yield Case("MaxPool", "uneven pads, ceil_mode", [V(1, 2, 6, 7)], kernel_shape=[3, 3], strides=[2, 2], pads=[0, 1, 1, 0], ceil_mode=1)
    yield Case("MaxPool", "pads 1, ceil_mode, even sizes", [V(1, 1, 6, 8)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
    yield Case("MaxPool", "SAME_UPPER, stride 2", [V(1, 2, 5, 6)], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    yield Case("MaxPool", "1-D, overlapping", [V(2, 3, 9)], kernel_shape=[4], strides=[2])
    yield Case("MaxPool", "ties go to the first maximum", [numpy.array(
        [[[[1, 1, 0, 2], [1, 1, 2, 2], [0, 0, 0, 0], [-1, -1, 3, 3], [-1, -1, 3, 3]]]], numpy.float64)],
        kernel_shape=[2, 2], strides=[1, 1])
    yield Case("GlobalMaxPool", "2-D", [V(2, 3, 4, 5)])
    yield Case("GlobalMaxPool", "ties go to the first maximum", [numpy.array([[[[0, 2, 2], [2, 1, 2]], [[1, 1, 1], [1, 1, 1]]]], numpy.float64)])
    yield Case("AveragePool", "2x2, stride 2", [V(2, 2, 6, 5)], kernel_shape=[2, 2], strides=[2, 2])
    for include in (0, 1):
        word = f"count_include_pad {include}"
        yield Case("AveragePool", f"3x3, stride 2, pads 1, {word}", [V(1, 2, 7, 6)], kernel_shape=[3, 3], strides=[2, 2],
                   pads=[1, 1, 1, 1], count_include_pad=include)
        yield Case("AveragePool", f"uneven pads, {word}", [V(1, 2, 6, 5)], kernel_shape=[3, 2], strides=[2, 1], pads=[2, 0, 1, 1],
                   count_include_pad=include)
        yield Case("AveragePool", f"ceil_mode, no pads, {word}", [V(1, 2, 6, 8)], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1,
                   count_include_pad=include, note=CEIL if include else None)
        yield Case("AveragePool", f"ceil_mode, pads 1, {word}", [V(1, 2, 6, 8)], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1,
                   pads=[1, 1, 1, 1], count_include_pad=include, note=CEIL if include else None)
    yield Case("AveragePool", "SAME_LOWER", [V(1, 2, 5, 6)], kernel_shape=[2, 3], strides=[2, 2], auto_pad="SAME_LOWER")
    yield Case("AveragePool", "1-D", [V(2, 2, 8)], kernel_shape=[3], strides=[2], pads=[1, 0])
    yield Case("GlobalAveragePool", "2-D", [V(2, 3, 4, 5)])
    yield Case("GlobalAveragePool", "1-D", [V(2, 3, 7)])


CEIL = ("The divisor counts the places of the padded input inside the window, not those that only ceil_mode reaches, as in "
        "PyTorch and in ONNX since opset 19 said so.")


def elementwise():
    zero, x = dict(kinks=(0.0,)), (2, 3, 4)
    yield Case("Relu", "away from 0", [V(*x, **zero)])
    yield Case("Relu", "at 0: the gradient is 0", [floats(-1, 0, 2, 0)])
    yield Case("LeakyRelu", "alpha 0.125", [V(*x, **zero)], alpha=0.125)
    yield Case("LeakyRelu", "at 0: the gradient is alpha", [floats(-1, 0, 2)], alpha=0.25)
    yield Case("PRelu", "slope of each channel", [V(2, 3, 2, 4, **zero), V(3, 1, 1, low=0, high=1)])
    yield Case("PRelu", "one slope", [V(2, 3, 2, **zero), V(1, low=0, high=1)])
    yield Case("PRelu", "slope of the full shape of an item", [V(2, 3, 2, **zero), V(3, 2, low=-1, high=1)])
    yield Case("Elu", "alpha 1.5", [V(*x, **zero)], alpha=1.5)
    yield Case("Selu", "default constants", [V(*x, **zero)])
    yield Case("Selu", "own constants", [V(*x, **zero)], alpha=0.5, gamma=2.0)
    bounds = dict(kinks=(-0.75, 1.0))
    yield Case("Clip", "both bounds", [V(*x, **bounds), scalar(-0.75), scalar(1.0)], undifferentiated=(1, 2))
    yield Case("Clip", "low only", [V(*x, **bounds), scalar(-0.75)], undifferentiated=(1,))
    yield Case("Clip", "high only", [V(*x, **bounds), None, scalar(1.0)], undifferentiated=(2,))
    yield Case("Sigmoid", "", [V(*x, low=-6, high=6)])
    yield Case("HardSigmoid", "", [V(*x, low=-5, high=5, kinks=(-2, 2))], alpha=0.25, beta=0.5)
    yield Case("HardSigmoid", "own slope", [V(*x, low=-3, high=3, kinks=(-0.5, 1.5))], alpha=0.5, beta=0.25)
    yield Case("HardSwish", "", [V(*x, low=-5, high=5, kinks=(-3.0, 3.0))])
    yield Case("Tanh", "", [V(*x, low=-4, high=4)])
    yield Case("Softplus", "", [V(*x, low=-8, high=8)])
    yield Case("Softplus", "far out", [floats(-750, -100, -37, 30, 37, 100, 750)], note="No overflow: softplus(x) = max(x,0) + log1p(exp(-|x|)).")
    yield Case("Erf", "", [V(*x, low=-3, high=3)])
    yield Case("Erf", "far out", [floats(-6.5, -5, -4, 4, 5, 6.5, 0)])
    yield Case("Gelu", "exact", [V(*x, low=-4, high=4)], opset=20, approximate="none")
    yield Case("Gelu", "tanh", [V(*x, low=-4, high=4)], opset=20, approximate="tanh")
    yield Case("Exp", "", [V(*x)])
    yield Case("Log", "", [V(*x, **positive)])
    yield Case("Sqrt", "", [V(*x, **positive)])
    yield Case("Abs", "", [V(*x, **zero)])
    yield Case("Neg", "", [V(*x)])
    yield Case("Pow", "exponent 2, negative bases", [V(*x, **zero), scalar(2)], undifferentiated=(1,))
    yield Case("Pow", "exponent 3, base 0", [floats(-1, 0, 2), scalar(3)], undifferentiated=(1,))
    yield Case("Pow", "exponent 0.75", [V(*x, **positive), scalar(0.75)], undifferentiated=(1,))
    yield Case("Pow", "exponent -0.5", [V(*x, **positive), floats(-0.5)], undifferentiated=(1,))
    yield Case("Pow", "both differentiated, broadcast", [V(2, 3, 4, **positive), V(3, 1, low=-2, high=3)])
    yield Case("Identity", "", [V(2, 3)])
    yield Case("Dropout", "at inference", [V(2, 3)])
    yield Case("Cast", "float to float", [V(2, 3)], to=1)


def broadcasting():
    for op in ("Add", "Sub", "Mul"):
        yield Case(op, "same shapes", [V(2, 3), V(2, 3)])
        yield Case(op, "both sides broadcast", [V(2, 1, 4), V(3, 1)])
    yield Case("Div", "same shapes", [V(2, 3), V(2, 3, **positive)])
    yield Case("Div", "both sides broadcast", [V(2, 1, 4), V(3, 1, **positive)])
    yield Case("Mul", "a scalar", [V(2, 3), V()])
    yield Case("Add", "a channel bias", [V(2, 3, 2, 2), V(3, 1, 1)])
    yield Case("Sum", "three, broadcast", [V(2, 3, 4), V(3, 1), V(4)])
    yield Case("Sum", "one", [V(2, 3)])
    yield Case("Max", "two, same shapes", [V(2, 3, 4), V(2, 3, 4)])
    yield Case("Max", "three, broadcast", [V(2, 1, 4), V(3, 1), V(1)])
    yield Case("Min", "three, broadcast", [V(2, 1, 4), V(3, 1), V(1)])
    condition = numpy.array([[True, False, True, False], [False, False, True, True], [True, True, False, False]])
    yield Case("Where", "both branches broadcast", [condition, V(2, 1, 4), V(3, 1)])
    yield Case("Where", "the condition broadcasts", [numpy.array([True, False, True]), V(2, 3), V(2, 3)])


def normalisations():
    yield Case("LRN", "size 5", [V(1, 7, 2, 3, low=-9, high=9)], size=5, alpha=0.1, beta=0.75, bias=1.0)
    yield Case("LRN", "even size 4, bias 2", [V(2, 5, 2, 2)], size=4, alpha=0.5, beta=0.5, bias=2.0)
    yield Case("LRN", "size above the channels", [V(1, 3, 2, 2)], size=9, alpha=0.5, beta=0.75, bias=1.0)
    yield Case("BatchNormalization", "2-D", [V(2, 3, 2, 3), V(3), V(3), V(3), V(3, **positive)], epsilon=1e-3, undifferentiated=(3, 4))
    yield Case("BatchNormalization", "1-D", [V(2, 3, 4), V(3), V(3), V(3), V(3, **positive)], epsilon=1e-5, undifferentiated=(3, 4))
    yield Case("InstanceNormalization", "2-D", [V(2, 3, 3, 4), V(3), V(3)], epsilon=1e-5)
    yield Case("InstanceNormalization", "1-D", [V(2, 2, 5), V(2), V(2)], epsilon=1e-2)
    yield Case("LayerNormalization", "last axis", [V(2, 3, 5), V(5), V(5)], opset=18, axis=-1, epsilon=1e-5)
    yield Case("LayerNormalization", "from axis 1, no bias", [V(2, 3, 4), V(3, 4)], opset=18, axis=1, epsilon=1e-2)
    yield Case("Softmax", "last axis", [V(2, 3, 5)], axis=-1)
    yield Case("Softmax", "channels", [V(2, 4, 3, 2)], axis=1)
    yield Case("Softmax", "large values", [floats(1000, 999, -1000, 1001)], axis=0)
    yield Case("LogSoftmax", "last axis", [V(2, 3, 5)], axis=-1)
    yield Case("LogSoftmax", "channels", [V(2, 4, 3, 2)], axis=1)


def products():
    yield Case("Gemm", "plain, bias of a row", [V(3, 4), V(4, 5), V(5)], alpha=1.0, beta=1.0)
    yield Case("Gemm", "transA, transB, alpha, beta, full bias", [V(4, 3), V(5, 4), V(3, 5)], alpha=0.5, beta=2.0, transA=1, transB=1)
    yield Case("Gemm", "transB, no bias", [V(3, 4), V(5, 4)], transB=1)
    yield Case("Gemm", "transA, bias of a column, alpha", [V(4, 3), V(4, 2), V(3, 1)], transA=1, alpha=1.25)
    yield Case("MatMul", "matrices", [V(3, 4), V(4, 2)])
    yield Case("MatMul", "batches broadcast", [V(2, 1, 3, 4), V(3, 4, 2)])
    yield Case("MatMul", "a vector on the left", [V(4), V(2, 4, 3)])
    yield Case("MatMul", "a vector on the right", [V(2, 3, 4), V(4)])
    yield Case("MatMul", "two vectors", [V(4), V(4)])


def shapes():
    yield Case("Concat", "three along axis 1", [V(2, 1, 3), V(2, 3, 3), V(2, 2, 3)], axis=1)
    yield Case("Concat", "negative axis", [V(2, 3), V(2, 1)], axis=-1)
    yield Case("Split", "sizes", [V(2, 6, 2), ints(1, 3, 2)], outputs=3, axis=1)
    yield Case("Split", "num_outputs, the last smaller", [V(7, 2)], outputs=3, axis=0, num_outputs=3)
    yield Case("Slice", "steps and negative positions", [V(6, 7, 3), ints(1, -6), ints(6, -1), ints(0, 1), ints(2, 3)])
    yield Case("Slice", "backwards", [V(5, 6), ints(-1, 4), ints(-100, 0), ints(0, 1), ints(-1, -2)])
    yield Case("Slice", "default axes, clamped end", [V(4, 5), ints(1, 2), ints(1000, 9223372036854775807)])
    yield Case("Gather", "axis 1, repeated and negative indices", [V(2, 4, 3), numpy.array([[0, -1], [3, 0]])], axis=1)
    yield Case("Gather", "a scalar index", [V(3, 4), numpy.array(1)], axis=0)
    yield Case("Reshape", "0 and -1", [V(2, 3, 4), ints(0, -1, 2)])
    yield Case("Flatten", "axis 1", [V(2, 3, 2, 2)], axis=1)
    yield Case("Flatten", "axis 0", [V(2, 3)], axis=0)
    yield Case("Flatten", "axis -1", [V(2, 3, 4)], axis=-1)
    yield Case("Transpose", "perm", [V(2, 3, 4, 2)], perm=[0, 2, 3, 1])
    yield Case("Transpose", "default: reversed", [V(2, 3, 4)])
    yield Case("Squeeze", "axes", [V(1, 3, 1, 2), ints(0, -2)])
    yield Case("Squeeze", "all", [V(1, 3, 1, 2)])
    yield Case("Unsqueeze", "axes", [V(3, 2), ints(0, -1)])
    yield Case("Expand", "both directions", [V(3, 1), ints(2, 1, 4)])
    yield Case("Expand", "the shape is the smaller", [V(2, 3), ints(1)])
    yield Case("DepthToSpace", "DCR", [V(1, 8, 2, 3)], blocksize=2, mode="DCR")
    yield Case("DepthToSpace", "CRD", [V(1, 8, 2, 3)], blocksize=2, mode="CRD")
    yield Case("SpaceToDepth", "", [V(1, 2, 4, 6)], blocksize=2)
    yield Case("Pad", "constant", [V(1, 2, 3, 4), ints(0, 1, 2, 0, 0, 0, 1, 3), scalar(0.5)], undifferentiated=(2,), mode="constant")
    yield Case("Pad", "constant, negative pads crop", [V(1, 1, 4, 5), ints(0, 0, -1, 2, 0, 0, 1, -2)], mode="constant")
    yield Case("Pad", "constant, axes", [V(2, 3, 4), ints(1, 2), None, ints(-1)], mode="constant")
    for mode in ("reflect", "edge"):
        yield Case("Pad", mode, [V(1, 2, 4, 5), ints(0, 0, 2, 1, 0, 0, 3, 4)], mode=mode)
        yield Case("Pad", f"{mode}, first axis too", [V(3, 4), ints(2, 0, 1, 3)], mode=mode)


def resizes():
    def sizes(*counts):
        return [None, None, ints(*counts)]

    def scales(*factors):
        return [None, floats(*factors)]
    for coordinates in ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"):
        yield Case("Resize", f"linear, {coordinates}, larger", [V(1, 2, 3, 4), *sizes(1, 2, 7, 6)], mode="linear",
                   coordinate_transformation_mode=coordinates)
        yield Case("Resize", f"linear, {coordinates}, smaller", [V(1, 1, 7, 6), *sizes(1, 1, 4, 1)], mode="linear",
                   coordinate_transformation_mode=coordinates)
    yield Case("Resize", "linear, half_pixel, scales", [V(1, 1, 4, 5), *scales(1, 1, 2.5, 1.5)], undifferentiated=(2,), mode="linear",
               coordinate_transformation_mode="half_pixel")
    yield Case("Resize", "nearest, asymmetric, floor, scales 2 (Upsample)", [V(1, 2, 3, 2), *scales(1, 1, 2, 2)], undifferentiated=(2,),
               mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    yield Case("Resize", "nearest, half_pixel, round_prefer_floor", [V(1, 1, 5, 4), *sizes(1, 1, 7, 9)], mode="nearest",
               coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_floor")
    yield Case("Resize", "nearest, align_corners, round_prefer_ceil", [V(1, 1, 5, 3), *sizes(1, 1, 9, 5)], mode="nearest",
               coordinate_transformation_mode="align_corners", nearest_mode="round_prefer_ceil")
    yield Case("Resize", "nearest, asymmetric, ceil, smaller", [V(1, 1, 8, 6), *scales(1, 1, 0.5, 0.75)], undifferentiated=(2,),
               mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="ceil")
    yield Case("Resize", "linear, 1-D", [V(1, 2, 5), *sizes(1, 2, 8)], mode="linear", coordinate_transformation_mode="half_pixel")


def reductions():
    for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2", "ReduceSumSquare"):
        yield Case(op, "two axes kept", [V(2, 3, 4), ints(0, -1)], keepdims=1)
        yield Case(op, "one axis dropped", [V(2, 3, 4), ints(1)], keepdims=0)
        yield Case(op, "everything", [V(2, 3)], keepdims=0)
    yield Case("ReduceMax", "ties share equally", [numpy.array([[1.0, 3, 3, 0], [2, 2, 2, 2]]), ints(1)], keepdims=1)
    yield Case("ReduceSum", "empty axes, noop", [V(2, 3), ints()], keepdims=1, noop_with_empty_axes=1)


def rarities():
    """Operators that classifiers seldom have."""
    zero = dict(kinks=(0.0,))
    for p in (1, 2, 3):
        yield Case("LpPool", f"p {p}, 3x2, stride 2, uneven pads", [V(1, 2, 6, 5, **zero)], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 2, 1], p=p)
        yield Case("GlobalLpPool", f"p {p}", [V(2, 3, 2, 4, **zero)], p=p)
    for op in ("ReduceProd", "ReduceMin", "ReduceL1", "ReduceLogSumExp"):
        yield Case(op, "two axes kept", [V(2, 3, 4, **zero), ints(0, -1)], keepdims=1)
        yield Case(op, "one axis dropped", [V(2, 3, 4, **zero), ints(1)], keepdims=0)
    yield Case("ReduceProd", "one zero, two zeros, none", [numpy.array([[1.0, 0, 2, 3], [0, 2, 0, 1], [2, -1, 3, 4]]), ints(1)], keepdims=1)
    yield Case("ReduceLogSum", "one axis", [V(2, 3, 4, **positive), ints(1)], keepdims=1)
    for exclusive in (0, 1):
        for reverse in (0, 1):
            yield Case("CumSum", f"exclusive {exclusive}, reverse {reverse}", [V(2, 4, 3), numpy.array(1)], exclusive=exclusive, reverse=reverse)
    yield Case("Trilu", "upper", [V(2, 3, 4)])
    yield Case("Trilu", "lower, above the diagonal", [V(4, 4), numpy.array(1)], upper=0)
    yield Case("ScatterElements", "overwrites", [V(3, 4), numpy.array([[2, 0], [1, -1]]), V(2, 2)], axis=1)
    yield Case("ScatterElements", "adds, repeated", [V(3, 2), numpy.array([[2, 0], [2, 1]]), V(2, 2)], axis=0, reduction="add")
    yield Case("ScatterND", "overwrites rows", [V(4, 3), numpy.array([[2], [0]]), V(2, 3)])
    yield Case("ScatterND", "adds, repeated", [V(4, 3), numpy.array([[2, 1], [0, 0], [2, 1]]), V(3)], reduction="add")
    yield Case("GatherElements", "axis 1, negative", [V(2, 4), numpy.array([[0, -1, 2], [3, 0, 0]])], axis=1)
    for equation, shapes in (("bij,bjk->bik", ((2, 3, 4), (2, 4, 2))), ("bhid,bhjd->bhij", ((2, 2, 3, 4), (2, 2, 5, 4))), ("nchw,c->nhw", ((1, 3, 2, 2), (3,))),
                             ("...ij,jk->...ik", ((2, 3, 4), (4, 2))), ("ij,kj", ((2, 3), (4, 3))), ("ij->j", ((2, 3),)), ("bi,ij,bj->b", ((3, 2), (2, 4), (3, 4)))):
        yield Case("Einsum", equation, [V(*shape) for shape in shapes], equation=equation)
    yield Case("MeanVarianceNormalization", "default axes", [V(2, 3, 2, 4)])
    yield Case("MeanVarianceNormalization", "axes 1 2", [V(2, 3, 4)], axes=[1, 2])
    yield Case("Tile", "both axes", [V(2, 3), ints(3, 2)])
    yield Case("Mean", "three, broadcast", [V(2, 3, 4), V(3, 1), V(4)])
    yield Case("Shrink", "soft", [V(2, 3, 4, kinks=(-0.75, 0.75))], lambd=0.75, bias=0.75)
    yield Case("Celu", "alpha 1.5", [V(2, 3, 4, **zero)], alpha=1.5)
    yield Case("ThresholdedRelu", "alpha 0.5", [V(2, 3, 4, kinks=(0.5,))], alpha=0.5)
    for op in ("Mish", "Softsign", "Sin", "Cos", "Atan", "Sinh", "Cosh", "Asinh"):
        yield Case(op, "", [V(2, 3, 4, low=-4, high=4, **zero)])
    for op in ("Asin", "Acos", "Atanh", "Tan"):
        yield Case(op, "", [V(2, 3, 4, low=-0.96875, high=0.96875, **zero)])
    yield Case("Acosh", "", [V(2, 3, low=1.25, high=5)])
    yield Case("Atan", "far out", [floats(-1e6, -100, -1.5, 1.5, 100, 1e6)])
    yield Case("Reciprocal", "", [V(2, 3, 4, **positive)])


def all_cases():
    groups = (convolutions, poolings, elementwise, broadcasting, normalisations, products, shapes, resizes, reductions, rarities)
    return [case for group in groups for case in group()]
