namespace Reverie.Explain;

/// <summary>A question about a picture turned into one about a layer's activations: the same function of the rest of the network.</summary>
internal static class LayerSubject
{
    /// <summary>
    /// The question with the layer's activations for input and baseline. Where a branch goes around the layer, the picture remains an input, and its own baseline: what the branch adds is not the layer's.
    /// </summary>
    public static AttributionContext At(AttributionContext context, string layer, bool withBaselines = true)
    {
        var subject = context.Subject;
        var rest = subject.From(layer);
        var others = rest.InputNames.Skip(1).Select(name => context.Inputs[subject.InputNames.ToList().IndexOf(name)]).ToList();
        return context with
        {
            Subject = rest,
            Inputs = [subject.Activations(context.Inputs, layer, context.Cancellation), .. others],
            Baselines = !withBaselines ? [] : [.. context.AllBaselines.Select(baseline => (IReadOnlyList<Signal>)[subject.Activations(baseline, layer, context.Cancellation), .. others])],
            Bounds = null,
        };
    }
}
