using System.Numerics.Tensors;
using Reverie.Dream.Gradients;
using Reverie.Dream.Regions;
using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Dream;

/// <summary>One round of a dream: a climb through the octaves from the smallest to the largest.</summary>
/// <param name="settings">The dream.</param>
/// <param name="sizes">The octaves, the largest first.</param>
/// <param name="sources">For each part of the picture what it follows, by the step's number in the round; the first is the dream's own objective.</param>
/// <param name="weights">How far pixels follow each part; null where all follow the first.</param>
/// <param name="log">What is told of the run.</param>
/// <param name="round">The round, from 0.</param>
internal sealed class Climb(DeepDream settings, IReadOnlyList<OctaveSize> sizes, IReadOnlyList<Func<int, IGradientSource>> sources, RegionWeights? weights, DreamLog log, int round)
{
    private readonly StepSchedule _schedule = new(settings, sizes.Count, round);
    private int _number;

    /// <summary>Climbs; where the run ends early, what was dreamt so far is enlarged to the full size.</summary>
    public Picture From(Picture photo, CancellationToken cancellation)
    {
        var bases = Bases(photo);
        float[]? dreamt = null;
        var reached = sizes.Count - 1;
        for (var octave = sizes.Count - 1; octave >= 0 && !log.IsOver; octave--)
        {
            var x = Start(bases, dreamt, reached, octave);
            // Cancelled before its first step, an octave adds nothing, and must not resample and round what the last one left: a replay stops before it.
            if (Ascend(x, octave, cancellation) == 0) break;
            Recolour(x, bases[octave], octave);
            if (settings.Carry == OctaveCarry.Detail) TensorPrimitives.Subtract(x, bases[octave], x);
            (dreamt, reached) = (x, octave);
        }
        var rgb = Start(bases, dreamt, reached, 0);
        if (dreamt is not null) TensorPrimitives.Clamp(rgb, 0f, 1f, rgb);
        return new(photo.Height, photo.Width, rgb, photo.Alpha);
    }

    // The picture that an octave begins with: its base with the detail dreamt so far, or all of the picture dreamt so far.
    private float[] Start(List<float[]> bases, float[]? dreamt, int reached, int octave)
    {
        var x = (float[])bases[octave].Clone();
        if (dreamt is null) return x;
        var enlarged = Resized(dreamt, sizes[reached], sizes[octave]);
        if (settings.Carry == OctaveCarry.Detail) TensorPrimitives.Add(x, enlarged, x);
        else enlarged.CopyTo(x, 0);
        // where half of a pixel dreams, a whole picture enlarged would blur the other half
        weights?.Confine(x, bases[octave], octave, fade: settings.Carry == OctaveCarry.Picture && reached != octave);
        return x;
    }

    // The steps of one octave; how many were taken.
    private int Ascend(float[] x, int octave, CancellationToken cancellation)
    {
        var ascent = new Ascent(Parts(octave), sizes[octave]);
        var stepSize = _schedule.StepSize(octave);
        var taken = 0;
        while (taken < settings.Steps && !log.IsOver)
        {
            if (ascent.TryTake(x, _number, _schedule.Jitter(), stepSize, cancellation) is not { } step) break;
            _number++;
            log.Add(step, round, octave, ++taken, () => new Picture(sizes[octave].Height, sizes[octave].Width, (float[])x.Clone()));
        }
        return taken;
    }

    private List<DreamPart> Parts(int octave)
    {
        var parts = new List<DreamPart>();
        for (var part = 0; part < sources.Count; part++)
            if (weights is null || weights.At(octave, part) is not null)
                parts.Add(new(sources[part], GradientShaping.Of(settings, sizes[octave]), weights?.At(octave, part)));
        return parts;
    }

    private void Recolour(float[] x, float[] original, int octave)
    {
        if (settings.Colours == ColourLock.None) return;
        var dreamt = weights is null ? null : (float[])x.Clone();
        ColourKeeper.Apply(settings.Colours, x, original);
        if (dreamt is not null) weights!.Confine(x, dreamt, octave, fade: true);
    }

    // Each base is the one before made smaller, as in the notebook; not the original each time.
    private List<float[]> Bases(Picture photo)
    {
        var bases = new List<float[]> { photo.Rgb };
        for (var index = 1; index < sizes.Count; index++) bases.Add(Resized(bases[^1], sizes[index - 1], sizes[index]));
        return bases;
    }

    private float[] Resized(float[] planes, OctaveSize from, OctaveSize to)
    {
        if (from == to) return planes;
        if (settings.Seamless == Seamless.None) return Resampling.Resize(planes, 3, from.Height, from.Width, to.Height, to.Width, ResampleKernel.BilinearAlignCorners);
        var resized = new float[3 * to.Pixels];
        StoreResampling.Resize(new MemoryPlanes(planes, from.Height, from.Width), new MemoryPlanes(resized, to.Height, to.Width), settings.Seamless == Seamless.Both, wrapsAcross: true);
        return resized;
    }
}
