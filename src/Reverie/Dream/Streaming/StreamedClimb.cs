using Reverie.Dream.Gradients;
using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Dream.Streaming;

/// <summary>
/// One round of a dream on planes that are not in memory: the same climb as <see cref="Climb"/>, to the bit. In scratch files are the picture at every octave, the picture
/// in progress, its gradient, and the detail dreamt so far; in memory is one tile.
/// </summary>
internal sealed class StreamedClimb(DeepDream settings, IReadOnlyList<OctaveSize> sizes, TiledGradient source, DreamLog log, int round)
{
    private readonly StepSchedule _schedule = new(settings, sizes.Count, round);

    /// <summary>Climbs; where the run ends early, what was dreamt so far is enlarged to the full size. The planes given are left alone, the result belongs to the caller.</summary>
    public PlaneStore From(PlaneStore photo, CancellationToken cancellation)
    {
        var bases = new List<PlaneStore> { photo };
        PlaneStore? dreamt = null;
        try
        {
            for (var index = 1; index < sizes.Count; index++) bases.Add(Resized(bases[^1], sizes[index]));
            for (var octave = sizes.Count - 1; octave >= 0 && !log.IsOver; octave--)
            {
                var x = Start(bases, dreamt, octave);
                var taken = 0;
                try
                {
                    taken = Ascend(x, octave, cancellation);
                }
                finally
                {
                    if (taken == 0) x.Dispose();
                }
                if (taken == 0) break;
                if (settings.Carry == OctaveCarry.Detail) PlanePasses.Subtract(x, bases[octave]);
                dreamt?.Dispose();
                dreamt = x;
            }
            var result = Start(bases, dreamt, 0);
            if (dreamt is not null) PlanePasses.Clamp(result);
            return result;
        }
        finally
        {
            dreamt?.Dispose();
            foreach (var smaller in bases.Skip(1)) smaller.Dispose();
        }
    }

    private PlaneStore Start(List<PlaneStore> bases, PlaneStore? dreamt, int octave)
    {
        PlaneStore x = new ScratchPlanes(sizes[octave].Height, sizes[octave].Width);
        if (dreamt is null) x.CopyFrom(bases[octave]);
        else
        {
            if ((dreamt.Height, dreamt.Width) == (x.Height, x.Width)) x.CopyFrom(dreamt);
            else StoreResampling.Resize(dreamt, x, WrapsDown, WrapsAcross);
            // the order of the operands does not matter to the sum
            if (settings.Carry == OctaveCarry.Detail) PlanePasses.Add(x, bases[octave]);
        }
        return x;
    }

    // The steps of one octave; how many were taken.
    private int Ascend(PlaneStore x, int octave, CancellationToken cancellation)
    {
        using var gradient = new ScratchPlanes(x.Height, x.Width);
        var stepSize = _schedule.StepSize(octave);
        var taken = 0;
        while (taken < settings.Steps && !log.IsOver)
        {
            double value;
            try
            {
                value = source.Gradient(x, _schedule.Jitter(), gradient, cancellation);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            var divisor = settings.Normaliser == GradientNorm.Mean ? PlanePasses.MeanMagnitude(gradient) : PlanePasses.StandardDeviation(gradient);
            divisor = GradientShaping.Checked(divisor);
            PlanePasses.Step(x, gradient, (float)(stepSize / Math.Max(divisor, GradientShaping.Epsilon)));
            log.Add(new(value, IsDead: divisor == 0), round, octave, ++taken, snapshot: null);
        }
        return taken;
    }

    private bool WrapsDown => settings.Seamless == Seamless.Both;

    private bool WrapsAcross => settings.Seamless != Seamless.None;

    private ScratchPlanes Resized(PlaneStore planes, OctaveSize size)
    {
        var resized = new ScratchPlanes(size.Height, size.Width);
        StoreResampling.Resize(planes, resized, WrapsDown, WrapsAcross);
        return resized;
    }
}
