using Reverie.Dream.Gradients;
using Reverie.Dream.Regions;
using Reverie.Dream.Reports;
using Reverie.Dream.Streaming;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Dream;

/// <summary>One run of <see cref="DeepDream"/>: rounds, each of them a climb through the octaves.</summary>
/// <param name="settings">The dream.</param>
/// <param name="network">The network.</param>
/// <param name="sources">Where gradients come from; the caller's, who may keep them for further runs.</param>
internal sealed class DreamRun(DeepDream settings, Network network, GradientSources sources)
{
    /// <summary>Dreams.</summary>
    /// <param name="photo">The picture to start from.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <param name="firstRound">The number of the first round, which has its own jitter: frames of a storyboard are rounds.</param>
    public DreamResult Dream(Picture photo, IProgress<DreamProgress>? progress, CancellationToken cancellation, int firstRound = 0)
    {
        if (settings.Size is { } size && size != Math.Max(photo.Height, photo.Width))
        {
            var (height, width) = Fit.LongSide(photo.Height, photo.Width, size);
            photo = photo.Resize(height, width);
        }
        var rounds = settings.RoundsFor(network);
        var sizes = Sizes(rounds, photo.Height, photo.Width);
        var weights = RegionWeights.Of(settings, sizes, photo.Alpha);
        var log = new DreamLog(sizes, settings, rounds.Count, progress, cancellation);
        var ground = Matte.Under(photo);
        var judge = sources.Of(rounds[^1]);
        var before = judge.Value(ground.Rgb, sizes[0], cancellation);
        var picture = ground;
        for (var round = 0; round < rounds.Count && !log.IsOver; round++)
            picture = new Climb(settings, sizes, Parts(rounds[round]), weights, log, round + firstRound).From(picture, cancellation);
        return new DreamResult
        {
            Picture = Matte.Lift(photo, ground, picture),
            Octaves = [.. Enumerable.Reverse(sizes)],
            Steps = log.Values.Count,
            StepsPlanned = log.Planned,
            ValueBefore = before,
            ValueAfter = log.IsComplete ? judge.Value(picture.Rgb, sizes[0], CancellationToken.None) : double.NaN,
            DeadSteps = log.DeadSteps,
            Values = log.Values,
            Borders = TileBorders.Of(settings, sizes, judge, firstRound + rounds.Count - 1),
        };
    }

    /// <summary>Dreams one round without judging it: what a frame of a video needs, whose start is not its original.</summary>
    /// <param name="start">The picture to climb from, opaque and of its final size.</param>
    /// <param name="round">The number of the round, which has its own jitter.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="OperationCanceledException">It was cancelled: half a frame is none.</exception>
    public Picture Climb(Picture start, int round, IProgress<DreamProgress>? progress, CancellationToken cancellation)
    {
        var objective = settings.RoundsFor(network)[0];
        var sizes = Sizes([objective], start.Height, start.Width);
        var log = new DreamLog(sizes, settings, 1, progress, cancellation);
        var picture = new Climb(settings, sizes, Parts(objective), RegionWeights.Of(settings, sizes, null), log, round).From(start, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return picture;
    }

    /// <summary>The objective of the first round at a picture.</summary>
    public double Value(Picture picture, CancellationToken cancellation) => sources.Value(settings.RoundsFor(network)[0], picture, cancellation);

    /// <summary>Dreams on a picture that is not in memory, tile by tile.</summary>
    public StreamedDreamResult Dream(StreamedPicture photo, IProgress<DreamProgress>? progress, CancellationToken cancellation)
    {
        var rounds = settings.RoundsFor(network);
        var sizes = Sizes(rounds, photo.Height, photo.Width);
        var log = new DreamLog(sizes, settings, rounds.Count, progress, cancellation);
        var before = Streamed(rounds[^1]).Value(photo.Rgb, default, cancellation);
        var planes = photo.Rgb;
        try
        {
            for (var round = 0; round < rounds.Count && !log.IsOver; round++)
            {
                var next = new StreamedClimb(settings, sizes, Streamed(rounds[round]), log, round).From(planes, cancellation);
                if (planes != photo.Rgb) planes.Dispose();
                planes = next;
            }
            // cancelled before the first step: the caller's picture stays the caller's
            if (planes == photo.Rgb) (planes = new ScratchPlanes(photo.Height, photo.Width)).CopyFrom(photo.Rgb);
            return new StreamedDreamResult
            {
                Picture = new(planes, photo.Alpha),
                Octaves = [.. Enumerable.Reverse(sizes)],
                Steps = log.Values.Count,
                StepsPlanned = log.Planned,
                ValueBefore = before,
                ValueAfter = log.IsComplete ? Streamed(rounds[^1]).Value(planes, default, CancellationToken.None) : double.NaN,
                DeadSteps = log.DeadSteps,
                Values = log.Values,
                Borders = TileBorders.Of(settings, sizes, Streamed(rounds[^1]), rounds.Count - 1),
            };
        }
        catch
        {
            if (planes != photo.Rgb) planes.Dispose();
            throw;
        }

        TiledGradient Streamed(Objective objective) => (TiledGradient)sources.Of(objective);
    }

    // What each part of the picture follows in a round.
    private List<Func<int, IGradientSource>> Parts(Objective objective)
    {
        var own = sources.Of(objective);
        var other = settings.Mix is { } mix ? sources.Of(mix.Objective) : null;
        var parts = new List<Func<int, IGradientSource>> { number => other is not null && settings.Mix!.Takes(number) ? other : own };
        foreach (var region in settings.Regions ?? [])
        {
            var source = sources.Of(region.Objective);
            parts.Add(_ => source);
        }
        return parts;
    }

    // The octaves in which all rounds' layers have a place, the largest first.
    private List<OctaveSize> Sizes(IReadOnlyList<Objective> rounds, int height, int width)
    {
        var objectives = rounds.Concat((settings.Regions ?? []).Select(region => region.Objective)).Concat(settings.Mix is { } mix ? [mix.Objective] : []).Distinct().ToList();
        var all = objectives.ConvertAll(sources.Of);
        var sizes = Octaves.Sizes(height, width, settings.Octaves, settings.OctaveScale);
        foreach (var objective in objectives)
            if (!sources.Of(objective).Fits(sizes[0]))
                throw new ReverieException($"a picture of {sizes[0].Width} x {sizes[0].Height} is too small for {objective}; give a larger --size, or an earlier layer");
        if (settings.Seamless != Seamless.None) Align(sizes, all);
        sizes.RemoveAll(size => !all.TrueForAll(source => source.Fits(size)));
        return sizes;
    }

    // Octaves that are whole numbers of the network's strides around have no seam in any layer's grid.
    private void Align(List<OctaveSize> sizes, List<IGradientSource> all)
    {
        var (y, x) = all.OfType<TiledGradient>().Select(source => source.Alignment).Aggregate((largest, next) => (Math.Max(largest.Y, next.Y), Math.Max(largest.X, next.X)));
        for (var index = 1; index < sizes.Count; index++)
            sizes[index] = new(settings.Seamless == Seamless.Both ? Rounded(sizes[index].Height, y) : sizes[index].Height, Rounded(sizes[index].Width, x));

        static int Rounded(int size, long stride) => (int)(Math.Max(1, (size + stride / 2) / stride) * stride);
    }
}
