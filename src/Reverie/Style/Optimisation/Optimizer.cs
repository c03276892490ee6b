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
    /// <param name="resize">Turns a vector of the other length into one of this.</param>
    public abstract void Carry(Optimizer other, Func<float[], float[]> resize);

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
