using System.Numerics.Tensors;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>A style objective for pictures of one size, with its targets, its weights and buffers that serve every evaluation.</summary>
internal sealed class StyleProblem
{
    // Features of a style that each place is compared with: more cost memory and gain little.
    private const int MostFeatures = 2048;

    // A term that starts at less than this part of what it is compared with is divided by that part: style and content are the same picture there.
    private const double SmallestStart = 1e-4;

    // How hard the picture is held between black and white, in Reverie's form: a tenth beyond everywhere costs as much as half of the content.
    private const double BoundStrength = 50;

    private readonly StyleSession _session;
    private readonly bool _bounded;
    private readonly float[] _outside = new float[4096];
    private readonly CompiledGraph _graph;
    private readonly Preprocessing _preprocessing;
    private readonly Dictionary<string, RuntimeTensor> _inputs = [];
    private readonly Dictionary<string, RuntimeTensor> _outputs;
    private readonly float[] _input, _inputGradient, _values, _weightValues;

    /// <summary>Prepares targets, and weights from the objective's values at the content picture.</summary>
    /// <param name="session">Network and objective.</param>
    /// <param name="graph">The objective's graph.</param>
    /// <param name="gradient">Its output with the gradient.</param>
    /// <param name="picture">The content at the size to paint.</param>
    /// <param name="content">Its targets.</param>
    /// <param name="styles">The styles' targets.</param>
    /// <param name="regions">Regions at that size; null for none.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public StyleProblem(StyleSession session, CompiledGraph graph, string gradient, Picture picture, StyleTargets content, IReadOnlyList<StyleTargets> styles, StyleRegions? regions, CancellationToken cancellation)
    {
        (_session, _graph, _preprocessing) = (session, graph, session.Network.Preprocessing);
        (Height, Width) = (picture.Height, picture.Width);
        _bounded = session.Objective.IsOwn;
        var terms = session.Objective.Terms;
        var shape = _preprocessing.Shape(1, Height, Width);
        _input = new float[_preprocessing.Channels * Height * Width];
        _inputGradient = new float[_input.Length];
        (_values, _weightValues) = (new float[terms.Count], new float[terms.Count]);
        _inputs[session.Network.Input] = RuntimeTensor.Of(_input, shape);
        _inputs[StyleGraph.Weights] = RuntimeTensor.Of(_weightValues, terms.Count);
        _outputs = new() { [StyleGraph.Values] = RuntimeTensor.Of(_values, terms.Count), [gradient] = RuntimeTensor.Of(_inputGradient, shape) };
        foreach (var layer in session.Objective.Content) _inputs[StyleGraph.ContentTarget(layer)] = RuntimeTensor.Of(content.Activations[layer].Values, content.Activations[layer].Shape);
        var scales = terms.Select(term => term.IsStyle ? AddStyle(term, styles, regions, cancellation) : 1).ToList();
        if (regions is not null)
        {
            _inputs[StyleGraph.Shares] = RuntimeTensor.Of(regions.Shares(), regions.Count);
            session.AddMasks(_inputs, Height, Width, regions.Content, session.Objective.Style);
        }
        Before = Measure(picture.Rgb, cancellation);
        var start = terms.Select((term, index) => term.Kind == StyleTermKind.Content
            ? Variance(content.Activations[term.Layer]) : Math.Max(Before[index], SmallestStart * scales[index])).ToList();
        var shapes = session.LayerShapes(Height, Width);
        Weights = session.Objective.Weights(layer => shapes[layer][1], layer => shapes[layer][2] * shapes[layer][3], start);
        for (var index = 0; index < terms.Count; index++) _weightValues[index] = (float)Weights[index];
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>The terms' values at the content picture.</summary>
    public IReadOnlyList<double> Before { get; }

    /// <summary>The weights of the terms.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>The terms' values at a picture [3,H,W].</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double[] Measure(ReadOnlySpan<float> rgb, CancellationToken cancellation)
    {
        _preprocessing.ToInput(rgb, _input);
        _graph.Run(_inputs, new Dictionary<string, RuntimeTensor> { [StyleGraph.Values] = _outputs[StyleGraph.Values] }, cancellation);
        return Array.ConvertAll(_values, value => (double)value);
    }

    /// <summary>The objective and its gradient at a picture [3,H,W].</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double Evaluate(ReadOnlySpan<float> rgb, Span<float> gradient, CancellationToken cancellation)
    {
        _preprocessing.ToInput(rgb, _input);
        _graph.Run(_inputs, _outputs, cancellation);
        _preprocessing.PullBack(_inputGradient, gradient);
        var value = 0.0;
        for (var index = 0; index < _values.Length; index++) value += Weights[index] * _values[index];
        return _bounded ? value + AddBounds(rgb, gradient) : value;
    }

    // What lies beyond black and white is cut off when the picture is saved, which no term of the network knows: strength times the mean square of it.
    private double AddBounds(ReadOnlySpan<float> rgb, Span<float> gradient)
    {
        var scale = BoundStrength / rgb.Length;
        var sum = 0.0;
        for (var start = 0; start < rgb.Length; start += _outside.Length)
        {
            var block = rgb.Slice(start, Math.Min(_outside.Length, rgb.Length - start));
            var outside = _outside.AsSpan(0, block.Length);
            TensorPrimitives.Clamp(block, 0f, 1f, outside);
            TensorPrimitives.Subtract(block, outside, outside);
            sum += TensorPrimitives.SumOfSquares<float>(outside);
            var part = gradient.Slice(start, block.Length);
            TensorPrimitives.MultiplyAdd(outside, (float)(2 * scale), part, part);
        }
        return scale * sum;
    }

    // Adds a style term's targets, and gives the size of what it is compared with, in the units of the term.
    private double AddStyle(StyleTerm term, IReadOnlyList<StyleTargets> styles, StyleRegions? regions, CancellationToken cancellation)
    {
        var (layer, style) = (term.Layer, term.Style);
        if (term.Kind == StyleTermKind.Nearest)
        {
            var features = Features(_session.Objective.SeparateStyles ? [styles[style]] : styles, layer);
            _inputs[StyleGraph.FeatureTarget(layer, style)] = features;
            return 1;
        }
        var moments = regions is not null ? LayerMoments.Choose([.. regions.StyleOf.Select((from, region) => styles[from].Moments[layer].Region(region))])
            : _session.Objective.SeparateStyles ? styles[style].Moments[layer]
            : LayerMoments.Average([.. styles.Select(each => each.Moments[layer])], _session.Objective.Blend);
        var channels = moments.Channels;
        long[] square = regions is null ? [channels, channels] : [regions.Count, channels, channels];
        long[] column = regions is null ? [channels, 1] : [regions.Count, channels, 1];
        switch (term.Kind)
        {
            case StyleTermKind.Gram:
                _inputs[StyleGraph.GramTarget(layer, style)] = RuntimeTensor.Of(moments.Second, square);
                return MeanSquare(moments.Second);
            case StyleTermKind.Mean:
                _inputs[StyleGraph.MeanTarget(layer, style)] = RuntimeTensor.Of(moments.Mean, column);
                return MeanSquare(moments.Mean);
            case StyleTermKind.Deviation:
                var deviation = moments.Deviation();
                _inputs[StyleGraph.DeviationTarget(layer, style)] = RuntimeTensor.Of(deviation, column);
                return MeanSquare(deviation);
            default:
                _inputs[StyleGraph.MeanTarget(layer, style)] = RuntimeTensor.Of(moments.Mean, column);
                _inputs[StyleGraph.RootTarget(layer, style)] = RuntimeTensor.Of(_session.Root(moments, cancellation), square);
                return MeanSquare(moments.Deviation());
        }
    }

    // An even choice of the places' features, each of length 1.
    private static RuntimeTensor Features(IReadOnlyList<StyleTargets> styles, string layer)
    {
        var channels = (int)styles[0].Activations[layer].Shape[1];
        var chosen = new List<float>();
        foreach (var (values, _) in styles.Select(style => style.Activations[layer]))
        {
            var places = values.Length / channels;
            var count = Math.Min(places, MostFeatures / styles.Count);
            var feature = new float[channels];
            for (var index = 0; index < count; index++)
            {
                var place = (int)((long)index * places / count);
                for (var channel = 0; channel < channels; channel++) feature[channel] = values[channel * places + place];
                TensorPrimitives.Divide(feature, Math.Max(TensorPrimitives.Norm<float>(feature), 1e-6f), feature);
                chosen.AddRange(feature);
            }
        }
        return RuntimeTensor.Of(chosen.ToArray(), chosen.Count / channels, channels);
    }

    private static double MeanSquare(float[] values) => Math.Max(values.Average(value => (double)value * value), 1e-20);

    // what the content term is where every channel is replaced by its mean: nothing of the content is left
    private static double Variance((float[] Values, long[] Shape) activations)
    {
        var places = (int)(activations.Shape[2] * activations.Shape[3]);
        var sum = 0.0;
        for (var start = 0; start < activations.Values.Length; start += places)
        {
            var plane = activations.Values.AsSpan(start, places);
            double mean = 0, square = 0;
            foreach (var value in plane)
            {
                mean += value;
                square += (double)value * value;
            }
            sum += square / places - mean / places * (mean / places);
        }
        return Math.Max(sum / (activations.Values.Length / places), 1e-12);
    }
}
