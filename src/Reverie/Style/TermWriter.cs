using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;

namespace Reverie.Style;

/// <summary>Writes the terms of a style objective into a graph, each with its cotangent at the layer it looks at.</summary>
internal sealed class TermWriter
{
    /// <summary>A channel's variance below this is that of a channel which is silent or constant; it has no slope.</summary>
    public const double SmallestVariance = 1e-12;

    private readonly Emitter _emitter;
    private readonly int _regions;
    private readonly Graph _graph;
    private readonly Value _weights;

    public TermWriter(Emitter emitter, int regions, Graph graph, int terms)
    {
        (_emitter, _regions, _graph) = (emitter, regions, graph);
        _weights = Input(StyleGraph.Weights, terms);
        if (regions > 0) Input(StyleGraph.Shares, regions);
    }

    /// <summary>mean (F - P)^2; gives the cotangent 2 w (F - P) / (N M).</summary>
    public Value Content(int index, string layer, Value[] values)
    {
        var shape = _emitter.DimsOf(layer)!;
        var activation = _emitter[layer];
        var difference = activation - Input(StyleGraph.ContentTarget(layer), [.. shape]);
        var count = _emitter.CountOf(layer).Cast(ElementType.Float);
        values[index] = (_emitter.Op("ReduceSumSquare", [difference], ("keepdims", 0)) / count).Reshape(1);
        return difference * (2 * Weight(index) / count);
    }

    /// <summary>
    /// All terms of one layer that are functions of its channels' first and second moments. For each the derivative with respect to F is A F + b 1^T, with A [N,N] and b [N,1]
    /// (times the places' weights where there are regions), so all of them together cost one product of matrices.
    /// </summary>
    public Value? Statistics(string layer, IReadOnlyList<(int Index, StyleTerm Term)> terms, Value[] values)
    {
        if (terms.Count == 0) return null;
        var moments = FeatureMoments.Write(_emitter, layer, _regions > 0 ? Input(StyleGraph.Mask(layer), _regions, 1, Places(_emitter, layer)) : Value.None);
        var (matrix, offset) = Slopes(moments, layer, terms, values);
        return moments.Cotangent(matrix, offset, _regions > 0 ? _emitter[StyleGraph.Shares].Reshape(_regions, 1, 1) : null);
    }

    /// <summary>The terms of one layer's moments, and A and b of their derivative with respect to its activations.</summary>
    public (Value? Matrix, Value? Offset) Slopes(FeatureMoments moments, string layer, IReadOnlyList<(int Index, StyleTerm Term)> terms, Value[] values)
    {
        var channels = moments.Channels;
        Value? matrix = null, offset = null;
        foreach (var (index, term) in terms)
        {
            var weight = Weight(index);
            switch (term.Kind)
            {
                case StyleTermKind.Gram:
                    {
                        var difference = moments.Second - Input(StyleGraph.GramTarget(layer, term.Style), Square(channels));
                        values[index] = Total(difference * difference, (double)channels * channels);
                        matrix = Plus(matrix, difference * (4.0 / channels / channels * weight));
                        break;
                    }
                case StyleTermKind.Mean:
                    {
                        var difference = moments.Mean - Input(StyleGraph.MeanTarget(layer, term.Style), Column(channels));
                        values[index] = Total(difference * difference, channels);
                        offset = Plus(offset, difference * (2.0 / channels * weight));
                        break;
                    }
                case StyleTermKind.Deviation:
                    {
                        var difference = moments.Deviation - Input(StyleGraph.DeviationTarget(layer, term.Style), Column(channels));
                        values[index] = Total(difference * difference, channels);
                        // d sigma_c = (F_c - mu_c) / sigma_c; none where the channel is constant
                        var slope = difference * moments.Awake / moments.Deviation * (2.0 / channels * weight);
                        matrix = Plus(matrix, slope * _emitter.Constant("unit", Unit(channels)));
                        offset = Plus(offset, -(slope * moments.Mean));
                        break;
                    }
                case StyleTermKind.Wasserstein:
                    {
                        var root = Input(StyleGraph.RootTarget(layer, term.Style), Square(channels));
                        var means = moments.Mean - Input(StyleGraph.MeanTarget(layer, term.Style), Column(channels));
                        var unit = _emitter.Constant("unit", Unit(channels));
                        var covariance = moments.Covariance + unit * MatrixRoot.Ridge;
                        // tr (A S A)^(1/2) with A = S'^(1/2) has the derivative 1/2 A (A S A)^(-1/2) A
                        var (middle, inverse) = MatrixRoot.Write(root.MatMul(covariance).MatMul(root), unit);
                        values[index] = Total(means * means + ((covariance + root.MatMul(root) - 2 * middle) * unit).Sum(-1), channels);
                        var slope = (unit - root.MatMul(inverse).MatMul(root)) * (2.0 / channels * weight);
                        matrix = Plus(matrix, slope);
                        offset = Plus(offset, means * (2.0 / channels * weight) - slope.MatMul(moments.Mean));
                        break;
                    }
                default: throw new InvalidOperationException($"{term.Kind} is no function of a layer's moments");
            }
        }
        return (matrix, offset);

        // over regions: their shares times their values
        Value Total(Value entries, double count)
        {
            if (_regions == 0) return (_emitter.Op("ReduceSum", [entries], ("keepdims", 0)) / count).Reshape(1);
            var each = _emitter.Op("ReduceSum", [entries, _emitter.Ints(1, 2)], ("keepdims", 0)) / count;
            return _emitter.Op("ReduceSum", [each * _emitter[StyleGraph.Shares]], ("keepdims", 0)).Reshape(1);
        }
    }

    /// <summary>1 - cos to the nearest of the style's features, on average over places.</summary>
    public Value Nearest(int index, StyleTerm term, Value[] values)
    {
        var channels = FeatureMoments.ChannelsOf(_emitter, term.Layer);
        var features = _emitter[term.Layer].Reshape(channels, -1).Transpose(1, 0);
        var length = (_emitter.Op("ReduceSumSquare", [features, _emitter.Ints(1)], ("keepdims", 1)) + 1e-12).Sqrt();
        var unit = features / length;
        var style = Input(StyleGraph.FeatureTarget(term.Layer, term.Style), Dim.Symbol($"K_{index}"), channels);
        var nearest = _emitter.Op("Gather", [style, _emitter.Op("ArgMax", [unit.MatMul(style.Transpose(1, 0))], ("axis", 1), ("keepdims", 0))], ("axis", 0));
        var cosine = (unit * nearest).Sum(1);
        values[index] = (1 - _emitter.Op("ReduceMean", [cosine], ("keepdims", 0))).Reshape(1);
        // d cos = (nearest - cos unit) / length
        var places = _emitter.Op("Shape", [features], ("end", 1)).Cast(ElementType.Float);
        return ((cosine * unit - nearest) / length * (Weight(index) / places)).Transpose(1, 0).Reshape(_emitter.ShapeOf(term.Layer));
    }

    /// <summary>Total variation of the network's input, and its gradient there.</summary>
    public Value Variation(int index, StyleTermKind kind, string input, Network network, Value[] values)
    {
        var x = _emitter[input];
        var (rows, columns, channels) = network.Card.Input.Layout == InputLayout.NCHW ? (2, 3, 1) : (1, 2, 3);
        long[] perChannel = [1, 1, 1, 1];
        perChannel[channels] = network.Preprocessing.Channels;
        // in units of full intensity
        var scale = _emitter.Constant("full", Tensor.Of<float>([.. network.Preprocessing.Scale.ToArray().Select(each => 1 / each)], perChannel));
        var picture = kind == StyleTermKind.Variation ? x * scale : x;
        var count = _emitter.Op("Size", x).Cast(ElementType.Float);
        var pieces = new List<Value>();
        Value? gradient = null;
        foreach (var axis in (int[])[rows, columns])
        {
            var end = _emitter.Ints(long.MaxValue);
            var difference = picture.Slice(_emitter.Ints(1), end, axis) - picture.Slice(_emitter.Ints(0), _emitter.Ints(-1), axis);
            var magnitudes = kind == StyleTermKind.Variation ? difference * difference : difference.Apply("Abs");
            pieces.Add(_emitter.Op("ReduceSum", [magnitudes], ("keepdims", 0)));
            var slope = kind == StyleTermKind.Variation ? difference * 2 * scale : difference.Sign();
            gradient = Plus(gradient, Padded(slope, axis, 1, 0) - Padded(slope, axis, 0, 1));
        }
        var sum = pieces[0] + pieces[1];
        values[index] = (kind == StyleTermKind.Variation ? sum / count : sum).Reshape(1);
        return gradient!.Value * (kind == StyleTermKind.Variation ? Weight(index) / count : Weight(index));
    }

    private Value Padded(Value value, int axis, long begin, long end)
    {
        var pads = new long[8];
        (pads[axis], pads[axis + 4]) = (begin, end);
        return _emitter.Op("Pad", value, _emitter.Ints(pads), _emitter.Scalar(0));
    }

    /// <summary>The number of places of a layer.</summary>
    public static Dim Places(Emitter emitter, string layer) => emitter.DimsOf(layer) is [_, _, var height, var width] ? height * width : Dim.Symbol($"M_{layer}");

    private Dim[] Square(long channels) => _regions > 0 ? [_regions, channels, channels] : [channels, channels];

    private Dim[] Column(long channels) => _regions > 0 ? [_regions, channels, 1] : [channels, 1];

    private static Value Plus(Value? sum, Value next) => sum is { } before ? before + next : next;

    private Value Weight(int index) => _emitter.Op("Gather", [_weights, _emitter.Int(index)], ("axis", 0));

    // a target may serve several terms
    private Value Input(string name, params ReadOnlySpan<Dim> shape)
    {
        if (!_graph.Inputs.Exists(input => input.Name == name))
        {
            _graph.Inputs.Add(new(name, new TensorType(ElementType.Float, shape.ToArray())));
            _graph.Refresh();
        }
        return _emitter[name];
    }

    /// <summary>The unit matrix [N,N].</summary>
    public static Tensor Unit(int channels)
    {
        var unit = new float[channels * channels];
        for (var channel = 0; channel < channels; channel++) unit[channel * (channels + 1)] = 1;
        return Tensor.Of<float>(unit, channels, channels);
    }
}
