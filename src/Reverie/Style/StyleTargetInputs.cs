using System.Numerics.Tensors;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>The inputs of an objective's graph with the styles' targets.</summary>
/// <param name="session">Network and objective.</param>
/// <param name="styles">The styles' targets.</param>
/// <param name="regions">Regions, each with a style; null for none.</param>
/// <param name="stacked">Whether matrices have a first dimension of regions even where there are none.</param>
internal sealed class StyleTargetInputs(StyleSession session, IReadOnlyList<StyleTargets> styles, StyleRegions? regions, bool stacked)
{
    /// <summary>Features of a style that each place is compared with: more cost memory and gain little.</summary>
    public const int MostFeatures = 2048;

    /// <summary>Adds a style term's targets.</summary>
    /// <returns>The size of what the term is compared with, in its units.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double Add(Dictionary<string, RuntimeTensor> inputs, StyleTerm term, CancellationToken cancellation)
    {
        var (layer, style) = (term.Layer, term.Style);
        if (term.Kind == StyleTermKind.Nearest)
        {
            var features = Features(session.Objective.SeparateStyles ? [styles[style]] : styles, layer);
            inputs[StyleGraph.FeatureTarget(layer, style)] = features;
            return 1;
        }
        var moments = regions is not null ? LayerMoments.Choose([.. regions.StyleOf.Select((from, region) => styles[from].Moments[layer].Region(region))])
            : session.Objective.SeparateStyles ? styles[style].Moments[layer]
            : LayerMoments.Average([.. styles.Select(each => each.Moments[layer])], session.Objective.Blend);
        var channels = moments.Channels;
        long[] square = regions is not null ? [regions.Count, channels, channels] : stacked ? [1, channels, channels] : [channels, channels];
        long[] column = regions is not null ? [regions.Count, channels, 1] : stacked ? [1, channels, 1] : [channels, 1];
        switch (term.Kind)
        {
            case StyleTermKind.Gram:
                inputs[StyleGraph.GramTarget(layer, style)] = RuntimeTensor.Of(moments.Second, square);
                return MeanSquare(moments.Second);
            case StyleTermKind.Mean:
                inputs[StyleGraph.MeanTarget(layer, style)] = RuntimeTensor.Of(moments.Mean, column);
                return MeanSquare(moments.Mean);
            case StyleTermKind.Deviation:
                var deviation = moments.Deviation();
                inputs[StyleGraph.DeviationTarget(layer, style)] = RuntimeTensor.Of(deviation, column);
                return MeanSquare(deviation);
            default:
                inputs[StyleGraph.MeanTarget(layer, style)] = RuntimeTensor.Of(moments.Mean, column);
                inputs[StyleGraph.RootTarget(layer, style)] = RuntimeTensor.Of(session.Root(moments, cancellation), square);
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
}
