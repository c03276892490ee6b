namespace Reverie.Explain;

/// <summary>Writes the point at a step of an item's curve: one array per input, to be filled.</summary>
internal delegate void CurvePoint(int item, int step, double[][] inputs);

/// <summary>
/// Line integrals of gradients along curves of inputs: the sum over steps of the mean gradient at both ends times the change of the tensors themselves.
/// Only the step before is kept.
/// </summary>
internal sealed class CurveIntegral(AttributionContext context, string method, IReadOnlyList<string>? layers = null)
{
    /// <summary>The integrals, of the tensors' shapes with the batch first.</summary>
    public IReadOnlyList<Signal> Sums { get; private set; } = [];

    /// <summary>f at the first point of each item's curve.</summary>
    public double[] Before { get; } = new double[context.Items];

    /// <summary>f at the last point of each item's curve.</summary>
    public double[] After { get; } = new double[context.Items];

    /// <summary>Follows each item's curve over its points 0 to steps.</summary>
    public void Follow(int steps, CurvePoint point)
    {
        var subject = context.Subject;
        var buffers = context.Inputs.Select(input => new double[input.ItemLength]).ToArray();
        var chunk = subject.ItemsPerRun(context.Inputs);
        for (var item = 0; item < context.Items; item++)
        {
            (double[] Value, double[] Gradient)[]? last = null;
            for (var first = 0; first <= steps; first += chunk)
            {
                var count = Math.Min(chunk, steps + 1 - first);
                var batch = context.Inputs.Select(input => new Signal(new double[count * input.ItemLength], [count, .. input.ItemShape])).ToArray();
                for (var index = 0; index < count; index++)
                {
                    point(item, first + index, buffers);
                    for (var input = 0; input < batch.Length; input++) buffers[input].CopyTo(batch[input].Item(index));
                }
                var run = subject.Differentiate(batch, null, layers, context.Cancellation);
                if (Sums.Count == 0) Sums = [.. run.Gradients.Select(gradient => new Signal(new double[context.Items * gradient.ItemLength], [context.Items, .. gradient.ItemShape]))];
                for (var index = 0; index < count; index++)
                {
                    (double[] Value, double[] Gradient)[] here = [.. run.Values.Zip(run.Gradients, (value, gradient) => (value.Item(index).ToArray(), gradient.Item(index).ToArray()))];
                    if (last is not null)
                        for (var tensor = 0; tensor < here.Length; tensor++) Step(Sums[tensor].Item(item), last[tensor], here[tensor]);
                    last = here;
                }
                if (first == 0) Before[item] = run.Scores[0];
                After[item] = run.Scores[count - 1];
                context.Progress?.Report(new(method, item * (steps + 1) + first + count, context.Items * (steps + 1)));
            }
        }
    }

    private static void Step(Span<double> sum, (double[] Value, double[] Gradient) from, (double[] Value, double[] Gradient) to)
    {
        for (var index = 0; index < sum.Length; index++) sum[index] += 0.5 * (from.Gradient[index] + to.Gradient[index]) * (to.Value[index] - from.Value[index]);
    }
}
