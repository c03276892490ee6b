using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;

namespace Reverie.Tests.Explain;

/// <summary>Small convolutional networks with random weights and biases on pictures of 3 x 12 x 12: what real ones are made of.</summary>
internal static class SmallCnn
{
    private const int Side = 12, Classes = 5;

    /// <summary>Convolution, ReLU, overlapping pool, convolution, ReLU, global average, dense; explains a logit.</summary>
    public static Subject Plain(Precision precision = Precision.Float32) => Formula.Over([[3, Side, Side]], x =>
    {
        var weights = new Weights(x[0].Emitter, 11);
        var first = weights.Convolution(x[0], 3, 8).Apply("Relu");
        var second = weights.Convolution(Pool(first, 3, 2), 8, 10).Apply("Relu");
        return weights.Logit(second.Apply("GlobalAveragePool"), 10);
    }, precision);

    /// <summary>As VGG, with BatchNormalization: ReLU right before a pool without overlap.</summary>
    public static Subject Normalised(Precision precision) => Formula.Over([[3, Side, Side]], x =>
    {
        var weights = new Weights(x[0].Emitter, 12);
        var first = weights.Normalisation(weights.Convolution(x[0], 3, 8), 8).Apply("Relu");
        var second = weights.Normalisation(weights.Convolution(Pool(first, 2, 2), 8, 10), 10).Apply("Relu");
        return weights.Logit(second.Apply("GlobalMaxPool"), 10);
    }, precision);

    /// <summary>As GoogLeNet: local response normalisation, branches that are concatenated, overlapping pools with pads.</summary>
    public static Subject Branched(Precision precision) => Formula.Over([[3, Side, Side]], x =>
    {
        var (e, weights) = (x[0].Emitter, new Weights(x[0].Emitter, 13));
        var first = weights.Convolution(x[0], 3, 8).Apply("Relu");
        var normal = e.Op("LRN", [first], ("size", 5), ("alpha", 0.05f), ("beta", 0.75f), ("bias", 1f));
        var pooled = e.Op("MaxPool", [normal], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 1, 1 }), ("pads", new long[] { 1, 1, 1, 1 }));
        var joined = e.Op("Concat", [weights.Convolution(normal, 8, 4).Apply("Relu"), weights.Convolution(pooled, 8, 4).Apply("Relu")], ("axis", 1));
        return weights.Logit(joined.Apply("GlobalAveragePool"), 8);
    }, precision);

    /// <summary>As ResNet and DenseNet: BatchNormalization, a residual sum, branches of which one was made smaller and larger again, local response normalisation, Identity.</summary>
    public static Subject Linked(Precision precision) => Formula.Over([[3, Side, Side]], x =>
    {
        var (e, weights) = (x[0].Emitter, new Weights(x[0].Emitter, 15));
        var stem = weights.Normalisation(weights.Convolution(x[0], 3, 8), 8).Apply("Relu");
        var block = (weights.Normalisation(weights.Convolution(stem, 8, 8), 8) + stem.Apply("Identity")).Apply("Relu");
        var normal = e.Op("LRN", [block], ("size", 3), ("alpha", 0.02f), ("beta", 0.75f), ("bias", 1f));
        var scales = e.Constant("scales", Tensor.Of<float>([1, 1, 2, 2], 4));
        var enlarged = e.Op("Resize", [Pool(normal, 2, 2), e[""], scales], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));
        var joined = e.Op("Concat", [weights.Convolution(normal, 8, 6).Apply("Relu"), weights.Convolution(enlarged, 8, 6).Apply("Relu")], ("axis", 1));
        return weights.Logit(joined.Apply("GlobalAveragePool"), 12);
    }, precision);

    /// <summary>As modern networks: residual sums of tensors used twice, squeeze and excitation, SiLU, GELU, layer and instance normalisation, Clip.</summary>
    public static Subject Modern(Precision precision) => Formula.Over([[3, Side, Side]], x =>
    {
        var (e, weights) = (x[0].Emitter, new Weights(x[0].Emitter, 14));
        var stem = weights.Convolution(x[0], 3, 8);
        var gated = stem * stem.Sigmoid();
        var inside = weights.Convolution(gated, 8, 8);
        inside = e.Op("Clip", inside, e.Scalar(0), e.Scalar(6)) + gated;
        var gate = weights.Dense(inside.Apply("GlobalAveragePool").Reshape(0, 8), 8, 8).Sigmoid().Reshape(0, 8, 1, 1);
        var excited = inside * gate;
        var normal = e.Op("InstanceNormalization", excited, weights.Vector(8, 1), weights.Vector(8, 0));
        return weights.Logit(e.Op("Max", normal, excited).Apply("GlobalAveragePool"), 8);
    }, precision);

    /// <summary>Pictures of soft noise.</summary>
    public static Signal Picture(ulong seed, int items = 1)
    {
        var values = new double[items * 3 * Side * Side];
        var random = new CounterRandom(seed, 99);
        for (var index = 0; index < values.Length; index++) values[index] = (float)random.Normal();
        return new(values, [items, 3, Side, Side]);
    }

    private static Value Pool(Value value, long kernel, long stride) =>
        value.Emitter.Op("MaxPool", [value], ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }));

    private sealed class Weights(Emitter e, ulong seed)
    {
        private readonly CounterRandom _random = new(seed);

        public Value Convolution(Value x, int from, int to) =>
            e.Op("Conv", [x, Random([to, from, 3, 3], 1 / Math.Sqrt(9 * from)), Random([to], 0.3)], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }));

        public Value Normalisation(Value x, int channels) =>
            e.Op("BatchNormalization", [x, Vector(channels, 1), Vector(channels, 0), Vector(channels, 0), e.Constant("variance", Positive(channels))], ("epsilon", 1e-5f));

        public Value Dense(Value x, int from, int to) => e.Op("Gemm", [x, Random([from, to], 1 / Math.Sqrt(from)), Random([to], 0.3)]);

        public Value Logit(Value pooled, int channels)
        {
            var logits = Dense(pooled.Reshape(0, channels), channels, Classes);
            return e.Op("Gather", [logits, e.Int(2)], ("axis", 1));
        }

        public Value Vector(int length, double mean) => Random([length], 0.3, mean);

        private Tensor Positive(int length)
        {
            var values = new float[length];
            _random.FillUniform(values, 0.5f, 1.5f);
            return Tensor.Of<float>(values, length);
        }

        private Value Random(long[] shape, double deviation, double mean = 0)
        {
            var values = new float[Tensor.CountOf(shape)];
            _random.FillNormal(values, (float)mean, (float)deviation);
            return e.Constant("w", Tensor.Of<float>(values, shape));
        }
    }
}
