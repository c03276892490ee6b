using System.Numerics.Tensors;

namespace Reverie.Style.Optimisation;

/// <summary>
/// The quasi-Newton method with limited memory: Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; the two-loop recursion of Nocedal and Wright,
/// "Numerical Optimization", algorithm 7.4.
/// </summary>
/// <remarks>
/// Unlike neural-style's, every step must go down enough (Armijo's condition, by quadratic interpolation), so the last point is the best one, no step can run away, and a value that
/// is not finite only shortens the step; pairs without positive curvature are not remembered; where a direction does not go down, the memory is dropped and the
/// walk restarts from steepest descent. Most steps are right at their first length, so that the search costs little.
/// </remarks>
public sealed class Lbfgs : Optimizer
{
    private const double SufficientDecrease = 1e-4, LeastCurvature = 1e-10;
    private const int Tries = 12;

    private readonly int _history;
    private readonly VectorStore _pairs;   // the steps, then the changes of the gradient
    private readonly double[] _rho, _alpha;
    private readonly float[] _trial, _direction;
    private float[] _gradient, _trialGradient;
    private double _value;
    private int _count, _newest = -1;

    /// <summary>Makes room for vectors of a length: 2 history + 4 of them.</summary>
    public Lbfgs(int length, int history = 10) : this(length, history, streamed: false) { }

    /// <summary>Makes room for vectors of a length; where <paramref name="streamed"/>, 4 in memory and 2 history in scratch files, with the same results.</summary>
    internal Lbfgs(int length, int history, bool streamed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(history, 1);
        _history = history;
        _pairs = streamed ? VectorStore.InFiles(2 * history, length) : VectorStore.InMemory(2 * history, length);
        (_rho, _alpha) = (new double[history], new double[history]);
        (_gradient, _trial, _trialGradient, _direction) = (new float[length], new float[length], new float[length], new float[length]);
    }

    /// <summary>How far the first step, along the gradient, moves the average variable.</summary>
    public double FirstStep { get; init; } = 0.01;

    /// <summary>Pairs of steps and changes of the gradient that are remembered now.</summary>
    public int Remembered => _count;

    /// <summary>How often the memory had to be dropped.</summary>
    public int Restarts { get; private set; }

    /// <inheritdoc/>
    public override OptimizerEnd Minimize(float[] x, DifferentiableFunction function)
    {
        if (!IsUnderWay)
        {
            BeginWatch();
            if (!function(x, _gradient, out _value)) return OptimizerEnd.Budget;
            if (!IsFinite(_value, _gradient)) throw new ReverieException("the objective is not finite at the first picture; a layer may divide by zero");
            IsUnderWay = true;
        }
        var end = Walk(x, function);
        IsUnderWay = false;
        return end;
    }

    private OptimizerEnd Walk(float[] x, DifferentiableFunction function)
    {
        var trial = _trial;
        while (true)
        {
            Rested?.Invoke();
            Direction(_gradient);
            var slope = Vectors.Dot(_gradient, _direction);
            if (!(slope < 0) || !double.IsFinite(slope))
            {
                if (!Forget()) return OptimizerEnd.Stuck;
                continue;
            }
            var length = _count > 0 ? 1 : FirstStep * x.Length / Vectors.SumOfMagnitudes(_direction);
            var accepted = false;
            var next = 0.0;
            for (var attempt = 0; attempt < Tries && !accepted; attempt++)
            {
                TensorPrimitives.MultiplyAdd(_direction, (float)length, x, trial);
                if (!function(trial, _trialGradient, out next)) return OptimizerEnd.Budget;
                var finite = IsFinite(next, _trialGradient);
                accepted = finite && next <= _value + SufficientDecrease * length * slope;
                // the parabola through the value, the slope and the new value has its lowest point here
                if (!accepted) length *= finite ? Math.Clamp(-slope * length / (2 * (next - _value - slope * length)), 0.1, 0.5) : 0.1;
            }
            if (!accepted)
            {
                if (!Forget()) return OptimizerEnd.Stuck;
                continue;
            }
            Remember(x, trial, _gradient, _trialGradient);
            trial.AsSpan().CopyTo(x);
            (_gradient, _trialGradient) = (_trialGradient, _gradient);
            _value = next;
            if (HasStalled(_value)) return OptimizerEnd.Converged;
        }
    }

    /// <inheritdoc/>
    public override void Carry(Optimizer other, Action<float[], float[]> resize)
    {
        var from = (Lbfgs)other;
        _count = 0;
        for (var age = Math.Min(from._count, _history) - 1; age >= 0; age--)
        {
            var place = (from._newest - age + from._history) % from._history;
            var next = (_newest + 1) % _history;
            Take(place, next);
            Take(from._history + place, _history + next);
            Accept(next);
        }

        // what is tried serves as room: copies of long vectors would be garbage of gigabytes
        void Take(int vector, int place)
        {
            from._pairs.CopyTo(vector, from._trial);
            resize(from._trial, _trial);
            _pairs.CopyFrom(place, _trial);
        }
    }

    /// <inheritdoc/>
    public override void Release() => _pairs.Release();

    /// <inheritdoc/>
    protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_history);
        writer.Write(Restarts);
        writer.Write(_value);
        Vectors.Write(writer, _gradient);
        writer.Write(_count);
        for (var age = _count - 1; age >= 0; age--)
        {
            writer.Write(_rho[Place(age)]);
            _pairs.Save(writer, Place(age));
            _pairs.Save(writer, _history + Place(age));
        }
    }

    /// <inheritdoc/>
    protected override void RestoreState(BinaryReader reader)
    {
        if (reader.ReadInt32() != _history) throw new InvalidDataException("the history is of another length");
        Restarts = reader.ReadInt32();
        _value = reader.ReadDouble();
        Vectors.Read(reader, _gradient);
        _count = reader.ReadInt32();
        if (_count < 0 || _count > _history) throw new InvalidDataException("there are more pairs than the history holds");
        for (var place = 0; place < _count; place++)
        {
            _rho[place] = reader.ReadDouble();
            _pairs.Restore(reader, place);
            _pairs.Restore(reader, _history + place);
        }
        _newest = _count - 1;
    }

    // -H g by the two-loop recursion
    private void Direction(float[] gradient)
    {
        var q = _direction;
        TensorPrimitives.Negate(gradient, q);
        for (var age = 0; age < _count; age++)
        {
            var at = Place(age);
            _alpha[at] = _rho[at] * _pairs.Dot(at, q);
            _pairs.AddTo(q, _history + at, -_alpha[at]);
        }
        if (_count > 0) TensorPrimitives.Multiply(q, (float)(1 / (_rho[_newest] * _pairs.Dot(_history + _newest, _history + _newest))), q);
        for (var age = _count - 1; age >= 0; age--)
        {
            var at = Place(age);
            _pairs.AddTo(q, at, _alpha[at] - _rho[at] * _pairs.Dot(_history + at, q));
        }
    }

    private void Remember(float[] x, float[] trial, float[] gradient, float[] trialGradient)
    {
        var place = (_newest + 1) % _history;
        _pairs.SetDifference(place, trial, x);
        _pairs.SetDifference(_history + place, trialGradient, gradient);
        Accept(place);
    }

    // only pairs of positive curvature keep the matrix positive; one without is overwritten by the next
    private void Accept(int place)
    {
        var curvature = _pairs.Dot(place, _history + place);
        if (!(curvature > LeastCurvature * Math.Sqrt(_pairs.Dot(place, place) * _pairs.Dot(_history + place, _history + place)))) return;
        _rho[place] = 1 / curvature;
        _newest = place;
        _count = Math.Min(_count + 1, _history);
    }

    private int Place(int age) => (_newest - age + _history) % _history;

    private bool Forget()
    {
        if (_count == 0) return false;
        _count = 0;
        Restarts++;
        return true;
    }

    private static bool IsFinite(double value, ReadOnlySpan<float> gradient) => double.IsFinite(value) && double.IsFinite(Vectors.SumOfMagnitudes(gradient));
}
