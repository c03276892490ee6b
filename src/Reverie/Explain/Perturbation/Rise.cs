namespace Reverie.Explain;

/// <summary>
/// RISE (Petsiuk et al. 2018): the picture is seen through soft random masks, and a pixel counts as much as scores are higher when it is seen: the mean of the score over the masks, weighted by how much they
/// show of the pixel, less the mean over all masks. Divided by how often each pixel was really seen, not by how often it would be on average.
/// </summary>
public sealed record Rise : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "rise";

    /// <inheritdoc/>
    public override string Title => "RISE";

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>What is seen where a mask hides the picture.</summary>
    public Baseline Baseline { get; init; } = Baseline.Mean;

    /// <summary>How many masks.</summary>
    public int Masks { get; init; } = 2000;

    /// <summary>The cells of a mask along each side, before it is enlarged.</summary>
    public int Cells { get; init; } = 7;

    /// <summary>How much of the picture a mask shows, from 0 to 1.</summary>
    public double Shown { get; init; } = 0.5;

    /// <summary>Where the random masks begin.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Masks is >= 2 and <= 1_000_000, "the masks must be between 2 and 1000000");
        Check(Cells is >= 1 and <= 256, "a mask must have between 1 and 256 cells along each side");
        Check(Shown is > 0 and < 1, "the part of the picture that a mask shows must be between 0 and 1");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        if (context.Inputs is not [{ Shape.Length: 4 } input]) throw new ReverieException("RISE needs one input that is a batch of pictures");
        var (height, width) = context.ChannelsLast ? ((int)input.Shape[1], (int)input.Shape[2]) : ((int)input.Shape[2], (int)input.Shape[3]);
        var channels = input.ItemLength / (height * width);
        var map = input.ZerosLike();
        for (var item = 0; item < context.Items; item++)
        {
            var single = context.Single(item);
            var (mask, baseline) = (new double[height * width], single.Baseline[0].Values);
            var scores = single.Subject.Scores(Masks, single.Inputs, (index, into) =>
            {
                Fill(mask, height, width, index);
                var (x, b, result) = (single.Inputs[0].Values, baseline, into[0]);
                for (var at = 0; at < result.Length; at++)
                {
                    var shown = mask[context.ChannelsLast ? at / channels : at % mask.Length];
                    result[at] = b[at] + shown * (x[at] - b[at]);
                }
            }, RunCounter.For(context, Id, Masks), single.Cancellation);
            Spread(Weighted(scores, mask, height, width), channels, context.ChannelsLast, map.Item(item));
        }
        return new() { Maps = [map], Steps = Masks, IsComplete = false };
    }

    private double[] Weighted(double[] scores, double[] mask, int height, int width)
    {
        var mean = scores.Average();
        var (sums, seen) = (new double[mask.Length], new double[mask.Length]);
        for (var index = 0; index < scores.Length; index++)
        {
            // made again rather than kept: two thousand masks would fill 800 MB
            Fill(mask, height, width, index);
            var score = scores[index] - mean;
            for (var at = 0; at < mask.Length; at++)
            {
                sums[at] += score * mask[at];
                seen[at] += mask[at];
            }
        }
        return [.. sums.Zip(seen, (sum, coverage) => coverage > 0 ? sum / coverage : 0)];
    }

    // A grid of cells shown or hidden, enlarged by linear interpolation beyond the picture's size, at a random place.
    private void Fill(double[] mask, int height, int width, int index)
    {
        var random = new CounterRandom(Seed, stream: 0x815E, index: (uint)index);
        var grid = new double[Cells + 1, Cells + 1];
        for (var row = 0; row < Cells; row++)
            for (var column = 0; column < Cells; column++) grid[row, column] = random.Uniform() < Shown ? 1 : 0;
        // what the random place moves in at the far border is the near border's cells
        for (var each = 0; each <= Cells; each++) (grid[Cells, each], grid[each, Cells]) = (grid[0, each % Cells], grid[each % Cells, 0]);
        var (cellHeight, cellWidth) = ((height + Cells - 1) / Cells, (width + Cells - 1) / Cells);
        var (down, across) = (random.Next(0, cellHeight - 1), random.Next(0, cellWidth - 1));
        for (var y = 0; y < height; y++)
        {
            var (row, v) = Place(y + down, cellHeight);
            for (var x = 0; x < width; x++)
            {
                var (column, u) = Place(x + across, cellWidth);
                mask[y * width + x] = (1 - v) * ((1 - u) * grid[row, column] + u * grid[row, column + 1]) + v * ((1 - u) * grid[row + 1, column] + u * grid[row + 1, column + 1]);
            }
        }
    }

    // Grid points lie at the cells' middles; the grid goes on around its border.
    private (int Cell, double Between) Place(int pixel, int cell)
    {
        var at = (pixel + 0.5) / cell - 0.5;
        if (at < 0) at += Cells;
        var whole = (int)at;
        return (whole % Cells, at - whole);
    }

    private static void Spread(double[] values, int channels, bool last, Span<double> map)
    {
        // each channel has its share, so that the sum over channels is the pixel's value
        for (var at = 0; at < map.Length; at++) map[at] = values[last ? at / channels : at % values.Length] / channels;
    }
}
