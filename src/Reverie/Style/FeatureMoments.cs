using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Style;

/// <summary>
/// The first and second moments of a layer's N channels over its M places, written into a graph: over the whole layer, or over regions of it, given as weights
/// of the places. The Gram matrix of style transfer is the second moment times M.
/// </summary>
internal sealed class FeatureMoments
{
    private readonly Emitter _emitter;
    private readonly string _layer;
    private readonly Value _features;
    private readonly Value _mask;
    private readonly Value _places;
    private readonly bool _stacked;
    private Value? _variance;

    private FeatureMoments(Emitter emitter, string layer, int channels, Value mask)
    {
        (_emitter, _layer, Channels, _mask, _stacked) = (emitter, layer, channels, mask, mask.IsGiven);
        _features = emitter[layer].Reshape(channels, -1);
        _places = emitter.Op("Shape", [_features], ("start", 1), ("end", 2)).Cast(ElementType.Float);
        if (mask.IsGiven)
        {
            var weighed = _features * mask;
            Second = weighed.MatMul(_features.Transpose(1, 0));
            Mean = weighed.Sum(2);
        }
        else
        {
            Second = emitter.Op("Gemm", [_features, _features], ("transB", 1)) / _places;
            Mean = _features.Mean(1);
        }
    }

    private FeatureMoments(Emitter emitter, int channels, Value second, Value mean) => (_emitter, _layer, Channels, Second, Mean, _stacked) = (emitter, "", channels, second, mean, true);

    /// <summary>N.</summary>
    public int Channels { get; }

    /// <summary>F F^T / M: [N,N], or [R,N,N] with regions.</summary>
    public Value Second { get; }

    /// <summary>The channels' means: [N,1], or [R,N,1].</summary>
    public Value Mean { get; }

    /// <summary>The channels' standard deviations, never 0: [N,1], or [R,N,1].</summary>
    public Value Deviation => Variance.Sqrt();

    /// <summary>1 for channels that vary, 0 for those that do not.</summary>
    public Value Awake => (Variance > TermWriter.SmallestVariance).Cast(ElementType.Float);

    /// <summary>The covariance: [N,N], or [R,N,N].</summary>
    public Value Covariance => Second - (_stacked ? Mean.MatMul(Mean.Transpose(0, 2, 1)) : _emitter.Op("Gemm", [Mean, Mean], ("transB", 1)));

    private Value Variance => _variance ??= _emitter.Op("Max", Diagonal() - Mean * Mean, _emitter.Scalar(TermWriter.SmallestVariance));

    /// <summary>Writes the moments of a layer.</summary>
    /// <param name="emitter">Where to.</param>
    /// <param name="layer">A tensor [1,N,h,w].</param>
    /// <param name="mask">Weights [R,1,M] of the places, each region's adding up to 1; none for the whole layer.</param>
    /// <exception cref="ReverieException">The layer is no map of features.</exception>
    public static FeatureMoments Write(Emitter emitter, string layer, Value mask) => new(emitter, layer, ChannelsOf(emitter, layer), mask);

    /// <summary>Moments that were summed up elsewhere, tile by tile: [R,N,N] and [R,N,1]. They have no <see cref="Cotangent"/>.</summary>
    public static FeatureMoments Given(Emitter emitter, int channels, Value second, Value mean) => new(emitter, channels, second, mean);

    /// <summary>The number of channels of a layer.</summary>
    /// <exception cref="ReverieException">It is no map of features.</exception>
    public static int ChannelsOf(Emitter emitter, string layer) => emitter.DimsOf(layer) is [_, { Value: { } count }, _, _]
        ? checked((int)count)
        : throw new ReverieException($"{layer} is no map of features [1,channels,height,width], which style transfer needs; choose another layer");

    /// <summary>
    /// The cotangent at the layer, for a derivative A F + b with respect to the moments' own weights of the places (1/M without regions).
    /// </summary>
    public Value Cotangent(Value? matrix, Value? offset, Value? shares)
    {
        if (!_mask.IsGiven)
        {
            // Gemm adds b to every column as it writes
            var result = (matrix, offset) switch
            {
                ({ } a, { } b) => _emitter.Op("Gemm", a / _places, _features, b / _places),
                ({ } a, null) => _emitter.Op("MatMul", a / _places, _features),
                (null, { } b) => b / _places + _features * 0,
                _ => throw new InvalidOperationException("there is nothing to differentiate"),
            };
            return result.Reshape(_emitter.ShapeOf(_layer));
        }
        Value? sum = matrix is { } square ? (square * shares!.Value).MatMul(_features) : null;
        if (offset is { } column) sum = sum is { } product ? product + column * shares!.Value : column * shares!.Value;
        return _emitter.Op("ReduceSum", [sum!.Value * _mask, _emitter.Ints(0)], ("keepdims", 0)).Reshape(_emitter.ShapeOf(_layer));
    }

    private Value Diagonal() => (Second * _emitter.Constant("unit", TermWriter.Unit(Channels))).Sum(-1);
}
