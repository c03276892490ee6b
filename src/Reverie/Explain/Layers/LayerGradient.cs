namespace Reverie.Explain;

/// <summary>A layer's activations and the gradient with respect to them.</summary>
internal static class LayerGradient
{
    public static (Signal Activation, Signal Gradient) Of(AttributionContext context, string layer)
    {
        var found = Batches.Run(context.Subject, context.Inputs, part =>
        {
            var run = context.Subject.Differentiate(part, null, [layer], context.Cancellation);
            return [run.Values[0], run.Gradients[0]];
        });
        return (found[0], found[1]);
    }
}
