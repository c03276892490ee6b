using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>
/// FullGrad (Srinivas and Fleuret 2019): f(x) is the input times its gradient plus every bias times its own, all of which is shown: the size of each part, brought to [0, 1] and to the picture's
/// size, summed. Functions that are not piecewise linear have an implicit bias, what their linear part leaves over. The parts sum to f(x); the map, being made of sizes, does not.
/// </summary>
public sealed record FullGrad : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "fullgrad";

    /// <inheritdoc/>
    public override string Title => "FullGrad";

    /// <inheritdoc/>
    public override Conservation Conserves => Conservation.Score;

    /// <inheritdoc/>
    public override bool IsSigned => false;

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        if (context.Inputs is not [{ Shape: [_, _, _, _] } input]) throw new ReverieException($"{Id} needs one input of pictures, [N,C,H,W]");
        var subject = context.Subject;
        var channelsLast = input.Shape[3] <= 4 && input.Shape[1] > 4;
        var (height, width) = channelsLast ? ((int)input.Shape[1], (int)input.Shape[2]) : ((int)input.Shape[2], (int)input.Shape[3]);
        var sums = new double[context.Items];
        var map = new Signal(new double[context.Items * height * width], [context.Items, 1, height, width]);
        var first = 0;
        List<double> scores = [];
        _ = Batches.Run(subject, context.Inputs, batch =>
        {
            var names = subject.Remembered("fullgrad", () => FullGradGraph.Build(subject.Graph, subject.Target.Tensor, subject.InputNames[0], channelsLast));
            var run = subject.Backward("fullgrad", () => names.Backward, batch, [.. names.Maps, .. names.Totals], cancellation: context.Cancellation);
            scores.AddRange(run.Scores);
            for (var item = 0; item < batch[0].Items; item++)
            {
                for (var index = 0; index < names.Maps.Count; index++) Lay(run.Values[index], item, map.Item(first + item), height, width);
                foreach (var total in run.Values.Skip(names.Maps.Count)) sums[first + item] += total.Values[item];
            }
            first += batch[0].Items;
            return run.Gradients;
        });
        double[] all = [.. scores];
        return new() { Maps = [map], Layer = "all layers", Balance = new(sums, all, all, null), IsComplete = true };
    }

    private static void Lay(Signal small, int item, Span<double> map, int height, int width)
    {
        var from = Array.ConvertAll(small.Item(item).ToArray(), value => (float)value);
        var large = Resampling.Resize(from, 1, (int)small.Shape[2], (int)small.Shape[3], height, width, ResampleKernel.Bilinear);
        for (var place = 0; place < map.Length; place++) map[place] += large[place];
    }
}
