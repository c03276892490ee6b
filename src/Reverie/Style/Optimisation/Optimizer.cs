namespace Reverie.Style.Optimisation;

/// <summary>Computes a function and its gradient.</summary>
/// <param name="x">Where.</param>
/// <param name="gradient">Receives the gradient.</param>
/// <param name="value">The value.</param>
/// <returns>False where the work is to end: then nothing was computed.</returns>
public delegate bool DifferentiableFunction(ReadOnlySpan<float> x, Span<float> gradient, out double value);

/// <summary>Why a minimisation ended.</summary>
public enum OptimizerEnd
{
    /// <summary>The function asked for it: its budget is used up, or the user cancelled.</summary>
    Budget,

    /// <summary>The last steps gained less than the tolerance.</summary>
    Converged,

    /// <summary>No step goes down any more, at the precision of the numbers.</summary>
    Stuck,
}

/// <summary>Minimises a function of many variables. One object serves one function after another of the same length; none is safe for several threads at once.</summary>
public abstract class Optimizer
{
    private readonly double[] _recent = new double[Window];
    private int _steps;

    /// <summary>Over how many steps the relative gain is measured.</summary>
    public const int Window = 10;

    /// <summary>Ends where the value fell by less than this share of itself over <see cref="Window"/> steps; 0 never does.</summary>
    public double Tolerance { get; init; }

    /// <summary>Walks from <paramref name="x"/>, which holds the best point when this returns. Nothing is allocated from step to step.</summary>
    public abstract OptimizerEnd Minimize(float[] x, DifferentiableFunction function);

    /// <summary>Takes over what was learnt at another length, such as that of a smaller picture.</summary>
    /// <param name="other">An optimiser of the same kind.</param>
    /// <param name="resize">Turns a vector of the other length, given first, into one of this.</param>
    public abstract void Carry(Optimizer other, Action<float[], float[]> resize);

    /// <summary>
    /// Told before every step: what <see cref="Save"/> writes is what was true then, until the next time, even in the middle of a step. Evaluations since are done again after a <see cref="Restore"/>.
    /// </summary>
    public Action? Rested { get; set; }

    /// <summary>Whether a walk is under way, with a gradient known where it stands.</summary>
    protected bool IsUnderWay { get; set; }

    /// <summary>Writes all that the walk's next steps depend on, but for the point itself.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(IsUnderWay);
        writer.Write(_steps);
        foreach (var value in _recent) writer.Write(value);
        SaveState(writer);
    }

    /// <summary>Takes up what <see cref="Save"/> wrote: <see cref="Minimize"/>, given the point of then, goes on as if it had never stopped.</summary>
    /// <exception cref="InvalidDataException">It was written by an optimiser of other settings.</exception>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        IsUnderWay = reader.ReadBoolean();
        _steps = reader.ReadInt32();
        for (var index = 0; index < Window; index++) _recent[index] = reader.ReadDouble();
        RestoreState(reader);
    }

    /// <summary>Gives scratch files back, if there are any; the optimiser is of no use after.</summary>
    public virtual void Release() { }

    /// <summary>Writes what is the kind's own.</summary>
    protected abstract void SaveState(BinaryWriter writer);

    /// <summary>Reads what <see cref="SaveState"/> wrote.</summary>
    protected abstract void RestoreState(BinaryReader reader);

    /// <summary>Begins to watch the gain.</summary>
    protected void BeginWatch() => _steps = 0;

    /// <summary>Notes a value after a step; true where the gain has become too small.</summary>
    protected bool HasStalled(double value)
    {
        var place = _steps++ % Window;
        var before = _recent[place];
        _recent[place] = value;
        return Tolerance > 0 && _steps > Window && before - value < Tolerance * Math.Abs(before);
    }
}
