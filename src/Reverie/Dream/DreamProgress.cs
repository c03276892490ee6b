using Reverie.Imaging;

namespace Reverie.Dream;

/// <summary>Where a dream stands after a step.</summary>
/// <param name="Octave">The octave, from 1.</param>
/// <param name="Octaves">How many there are.</param>
/// <param name="Step">The step within the octave, from 1.</param>
/// <param name="Steps">How many steps an octave has.</param>
/// <param name="Size">The size of the octave.</param>
/// <param name="Value">The objective before the step, at that size.</param>
/// <param name="Done">Work done, in pixels x steps.</param>
/// <param name="Total">All work, in pixels x steps.</param>
public readonly record struct DreamProgress(int Octave, int Octaves, int Step, int Steps, OctaveSize Size, double Value, long Done, long Total)
{
    /// <summary>The round, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>How many there are.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Copies the picture as it is after the step, at the octave's size; to be asked for during the report only.</summary>
    public Func<Picture>? Snapshot { get; init; }
}
