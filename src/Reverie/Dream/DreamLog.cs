using Reverie.Imaging;

namespace Reverie.Dream;

/// <summary>How far a run is: what was done, when it is over, and whom to tell.</summary>
internal sealed class DreamLog(IReadOnlyList<OctaveSize> sizes, DeepDream settings, int rounds, IProgress<DreamProgress>? progress, CancellationToken cancellation)
{
    private readonly List<double> _values = [];
    private readonly long _total = sizes.Sum(size => size.Pixels) * settings.Steps * rounds;
    private long _done;

    /// <summary>The steps asked for.</summary>
    public int Planned { get; } = sizes.Count * settings.Steps * rounds;

    /// <summary>The objective before each step done.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <summary>Steps that changed nothing.</summary>
    public int DeadSteps { get; private set; }

    /// <summary>Whether every step was done.</summary>
    public bool IsComplete => _values.Count == Planned;

    /// <summary>Whether the run is to end here: cancelled, or stopped where the run that a recipe repeats was.</summary>
    public bool IsOver => cancellation.IsCancellationRequested || _values.Count >= settings.StopAfter;

    /// <summary>Notes a step that was taken.</summary>
    /// <param name="taken">What it was like.</param>
    /// <param name="round">The round, from 0.</param>
    /// <param name="octave">The octave, from 0, the largest.</param>
    /// <param name="step">The step within it, from 1.</param>
    /// <param name="snapshot">Copies the picture after it; null where it is not in memory.</param>
    public void Add(AscentStep taken, int round, int octave, int step, Func<Picture>? snapshot)
    {
        _values.Add(taken.Value);
        if (taken.IsDead) DeadSteps++;
        _done += sizes[octave].Pixels;
        progress?.Report(new(sizes.Count - octave, sizes.Count, step, settings.Steps, sizes[octave], taken.Value, _done, _total)
        {
            Round = round + 1,
            Rounds = rounds,
            Snapshot = snapshot,
        });
    }
}
