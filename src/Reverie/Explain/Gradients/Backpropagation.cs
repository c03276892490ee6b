using Reverie.Autodiff;

namespace Reverie.Explain;

/// <summary>One backward pass over any number of items.</summary>
internal static class Backpropagation
{
    /// <summary>What a table of rules makes of the target's weights at the inputs.</summary>
    public static IReadOnlyList<Signal> Run(AttributionContext context, RuleTable? rules) =>
        Batches.Run(context.Subject, context.Inputs, part => context.Subject.Differentiate(part, rules, null, context.Cancellation).Gradients);
}
