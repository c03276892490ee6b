using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>A style objective computed for the whole picture in one run, with buffers that serve every evaluation.</summary>
internal sealed class WholeStyleProblem : StyleProblem
{
    private readonly CompiledGraph _graph;
    private readonly Preprocessing _preprocessing;
    private readonly Dictionary<string, RuntimeTensor> _inputs = [];
    private readonly Dictionary<string, RuntimeTensor> _outputs;
    private readonly float[] _input, _inputGradient, _values, _weights;

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
    public WholeStyleProblem(StyleSession session, CompiledGraph graph, string gradient, Picture picture, StyleTargets content, IReadOnlyList<StyleTargets> styles, StyleRegions? regions, CancellationToken cancellation)
        : base(session, picture.Height, picture.Width)
    {
        (_graph, _preprocessing) = (graph, session.Network.Preprocessing);
        var terms = session.Objective.Terms;
        var shape = _preprocessing.Shape(1, Height, Width);
        _input = new float[_preprocessing.Channels * Height * Width];
        _inputGradient = new float[_input.Length];
        (_values, _weights) = (new float[terms.Count], new float[terms.Count]);
        _inputs[session.Network.Input] = RuntimeTensor.Of(_input, shape);
        _inputs[StyleGraph.Weights] = RuntimeTensor.Of(_weights, terms.Count);
        _outputs = new() { [StyleGraph.Values] = RuntimeTensor.Of(_values, terms.Count), [gradient] = RuntimeTensor.Of(_inputGradient, shape) };
        foreach (var layer in session.Objective.Content) _inputs[StyleGraph.ContentTarget(layer)] = RuntimeTensor.Of(content.Activations[layer].Values, content.Activations[layer].Shape);
        var targets = new StyleTargetInputs(session, styles, regions, stacked: false);
        var scales = terms.Select(term => term.IsStyle ? targets.Add(_inputs, term, cancellation) : 1).ToList();
        if (regions is not null)
        {
            _inputs[StyleGraph.Shares] = RuntimeTensor.Of(regions.Shares(), regions.Count);
            session.AddMasks(_inputs, Height, Width, regions.Content, session.Objective.Style);
        }
        Weigh(picture, content, scales, cancellation);
    }

    /// <inheritdoc/>
    public override double[] Measure(ReadOnlySpan<float> rgb, CancellationToken cancellation)
    {
        _preprocessing.ToInput(rgb, _input);
        _graph.Run(_inputs, new Dictionary<string, RuntimeTensor> { [StyleGraph.Values] = _outputs[StyleGraph.Values] }, cancellation);
        return Values();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> Differentiate(ReadOnlySpan<float> rgb, IReadOnlyList<double> weights, Span<float> gradient, CancellationToken cancellation)
    {
        _preprocessing.ToInput(rgb, _input);
        for (var index = 0; index < _weights.Length; index++) _weights[index] = (float)weights[index];
        _graph.Run(_inputs, _outputs, cancellation);
        _preprocessing.PullBack(_inputGradient, gradient);
        return Values();
    }

    private double[] Values() => Array.ConvertAll(_values, value => (double)value);
}
