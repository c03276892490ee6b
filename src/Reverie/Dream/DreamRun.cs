using Reverie.Dream.Gradients;
using Reverie.Dream.Objectives;
using Reverie.Dream.Streaming;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream;

/// <summary>One run of <see cref="DeepDream"/>: rounds, each of them a climb through the octaves.</summary>
internal sealed class DreamRun(DeepDream settings, Network network, RuntimeOptions? options) : IDisposable
{
    private readonly Dictionary<Objective, IGradientSource> _sources = [];
    private readonly GuideFeatures _guides = new(network, settings.Pictures, options);

    public void Dispose()
    {
        foreach (var source in _sources.Values) source.Dispose();
    }

    public DreamResult Dream(Picture photo, IProgress<DreamProgress>? progress, CancellationToken cancellation)
    {
        if (settings.Size is { } size && size != Math.Max(photo.Height, photo.Width))
        {
            var (height, width) = Fit.LongSide(photo.Height, photo.Width, size);
            photo = photo.Resize(height, width);
        }
        var rounds = settings.RoundsFor(network);
        var sizes = Sizes(rounds, photo.Height, photo.Width);
        var log = new DreamLog(sizes, settings, rounds.Count, progress, cancellation);
        var before = SourceOf(rounds[^1]).Value(photo.Rgb, sizes[0], cancellation);
        var picture = photo;
        for (var round = 0; round < rounds.Count && !log.IsOver; round++)
            picture = new Climb(settings, sizes, SourceOf(rounds[round]), log, round).From(picture, cancellation);
        return new DreamResult
        {
            Picture = picture,
            Octaves = [.. Enumerable.Reverse(sizes)],
            Steps = log.Values.Count,
            StepsPlanned = log.Planned,
            ValueBefore = before,
            ValueAfter = log.IsComplete ? SourceOf(rounds[^1]).Value(picture.Rgb, sizes[0], CancellationToken.None) : double.NaN,
            DeadSteps = log.DeadSteps,
            Values = log.Values,
        };
    }

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
            };
        }
        catch
        {
            if (planes != photo.Rgb) planes.Dispose();
            throw;
        }

        TiledGradient Streamed(Objective objective) => (TiledGradient)SourceOf(objective);
    }

    // The octaves in which all rounds' layers have a place, the largest first.
    private List<OctaveSize> Sizes(IReadOnlyList<Objective> rounds, int height, int width)
    {
        foreach (var objective in rounds.Distinct()) _ = SourceOf(objective);
        var sizes = Octaves.Sizes(height, width, settings.Octaves, settings.OctaveScale);
        foreach (var (objective, source) in _sources)
            if (!source.Fits(sizes[0]))
                throw new ReverieException($"a picture of {sizes[0].Width} x {sizes[0].Height} is too small for {objective}; give a larger --size, or an earlier layer");
        if (settings.Seamless != Seamless.None) Align(sizes);
        sizes.RemoveAll(size => !_sources.Values.All(source => source.Fits(size)));
        return sizes;
    }

    private IGradientSource SourceOf(Objective objective)
    {
        if (!_sources.TryGetValue(objective, out var source))
            _sources[objective] = source = settings.Tile is null && settings.Seamless == Seamless.None
                ? new CompiledGradient(network, ObjectiveGraph.Build(network, objective, _guides), options)
                : new TiledGradient(network, TiledObjectiveGraph.Build(network, objective, _guides), TileSettings.Of(settings), options);
        return source;
    }

    // Octaves that are whole numbers of the network's strides around have no seam in any layer's grid.
    private void Align(List<OctaveSize> sizes)
    {
        var (y, x) = _sources.Values.OfType<TiledGradient>().Select(source => source.Alignment).Aggregate((largest, next) => (Math.Max(largest.Y, next.Y), Math.Max(largest.X, next.X)));
        for (var index = 1; index < sizes.Count; index++)
            sizes[index] = new(settings.Seamless == Seamless.Both ? Rounded(sizes[index].Height, y) : sizes[index].Height, Rounded(sizes[index].Width, x));

        static int Rounded(int size, long stride) => (int)(Math.Max(1, (size + stride / 2) / stride) * stride);
    }
}
