using System.Numerics.Tensors;
using Reverie.Dream.Gradients;
using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Dream;

/// <summary>One round of a dream: a climb through the octaves from the smallest to the largest, between which only the dreamt detail is carried.</summary>
internal sealed class Climb(DeepDream settings, IReadOnlyList<OctaveSize> sizes, IGradientSource source, DreamLog log, int round)
{
    // Each round has jitter of its own; the first one's is that of a dream without rounds.
    private readonly CounterRandom _random = new(settings.Seed, index: (uint)round);

    /// <summary>Climbs; where the run ends early, what was dreamt so far is enlarged to the full size.</summary>
    public Picture From(Picture photo, CancellationToken cancellation)
    {
        var bases = Bases(photo);
        float[] detail = [];
        var reached = sizes[^1];
        for (var index = sizes.Count - 1; index >= 0 && !log.IsOver; index--)
        {
            var (at, start) = (sizes[index], bases[index]);
            // dreamt detail of the smaller octave, enlarged onto this octave's own picture
            var x = (float[])start.Clone();
            if (detail.Length > 0) TensorPrimitives.Add(x, Resized(detail, reached, at), x);
            // Cancelled before its first step, an octave adds nothing, and must not resample and round what the last one left: a replay stops before it.
            if (Ascend(x, index, cancellation) == 0) break;
            TensorPrimitives.Subtract(x, start, x);
            (detail, reached) = (x, at);
        }
        var rgb = (float[])photo.Rgb.Clone();
        if (detail.Length > 0)
        {
            TensorPrimitives.Add(rgb, Resized(detail, reached, sizes[0]), rgb);
            TensorPrimitives.Clamp(rgb, 0f, 1f, rgb);
        }
        return new(photo.Height, photo.Width, rgb, photo.Alpha);
    }

    // The steps of one octave; how many were taken.
    private int Ascend(float[] x, int octave, CancellationToken cancellation)
    {
        var ascent = new Ascent(source, GradientShaping.Of(settings), sizes[octave]);
        var taken = 0;
        while (taken < settings.Steps && !log.IsOver)
        {
            if (ascent.TryTake(x, Jitter(), settings.StepSize / 255, cancellation) is not { } step) break;
            log.Add(step, round, octave, ++taken);
        }
        return taken;
    }

    private Shift Jitter() => settings.Jitter == 0 ? default : new(_random.Next(-settings.Jitter, settings.Jitter), _random.Next(-settings.Jitter, settings.Jitter));

    // Each base is the one before made smaller, as in the notebook; not the original each time.
    private List<float[]> Bases(Picture photo)
    {
        var bases = new List<float[]> { photo.Rgb };
        for (var index = 1; index < sizes.Count; index++) bases.Add(Resized(bases[^1], sizes[index - 1], sizes[index]));
        return bases;
    }

    private static float[] Resized(float[] planes, OctaveSize from, OctaveSize to) =>
        from == to ? planes : Resampling.Resize(planes, 3, from.Height, from.Width, to.Height, to.Width, ResampleKernel.BilinearAlignCorners);
}
