namespace Reverie.Explain;

/// <summary>
/// The fast gradient sign method (Goodfellow et al. 2015): the smallest step in the maximum norm that raises a loss most, to first order. It shows how easily a score is moved,
/// and gives perturbations for measures of stability.
/// </summary>
public sealed record FastGradientSign
{
    /// <summary>How far each element moves.</summary>
    public double Epsilon { get; init; } = 0.01;

    /// <summary>Whether the loss is to fall (towards the target) instead of to rise (away from it).</summary>
    public bool Targeted { get; init; }

    /// <summary>Whether the loss is -log f, for targets that are probabilities, and not -f.</summary>
    public bool LogLoss { get; init; }

    /// <summary>Gradients of at most this size count as 0.</summary>
    public double ZeroThreshold { get; init; } = 1e-6;

    /// <summary>The perturbed inputs. Where bounds are known they are kept.</summary>
    /// <exception cref="ReverieException">An operator has no gradient.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public IReadOnlyList<Signal> Perturb(AttributionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var scores = LogLoss ? context.Subject.Scores(context.Inputs, context.Cancellation) : null;
        var gradients = Backpropagation.Run(context, null);
        return [.. context.Inputs.Select((input, index) => Moved(context, input, gradients[index], scores, index))];
    }

    private Signal Moved(AttributionContext context, Signal input, Signal gradient, double[]? scores, int index)
    {
        var moved = new Signal([.. input.Values], input.Shape);
        for (var item = 0; item < input.Items; item++)
        {
            Span<double> values = moved.Item(item), slopes = gradient.Item(item);
            // d(-f) = -df, d(-log f) = -df / f
            var sign = scores is null ? -1 : -1 / scores[item];
            for (var place = 0; place < values.Length; place++)
            {
                var slope = sign * slopes[place];
                if (Math.Abs(slope) > ZeroThreshold) values[place] += Math.Sign(slope) * (Targeted ? -Epsilon : Epsilon);
            }
        }
        if (context.Bounds is not { } bounds) return moved;
        var (low, high) = (bounds[index].Low.Broadcast(input.ItemShape), bounds[index].High.Broadcast(input.ItemShape));
        return moved.Zip(low, Math.Max).Zip(high, Math.Min);
    }
}
