using System.Numerics.Tensors;

namespace Reverie.Style.Optimisation;

/// <summary>
/// Adam (Kingma and Ba 2015, arXiv:1412.6980), whose result is an exponential moving average of its iterates, which takes the noise of the steps out; with the settings
/// of crowsonkb/style-transfer-pytorch. Variables are kept within 0 and 1.
/// </summary>
public sealed class Adam : Optimizer
{
    private const double Epsilon = 1e-8;

    private readonly float[] _first, _second, _average, _gradient, _step, _before;
    private long _time;
    private double _kept, _rate;

    /// <summary>Makes room for vectors of a length: six of them.</summary>
    public Adam(int length) =>
        (_first, _second, _average, _gradient, _step, _before) = (new float[length], new float[length], new float[length], new float[length], new float[length], new float[length]);

    /// <summary>How far a step moves a variable, at most.</summary>
    public double StepSize { get; init; } = 0.02;

    /// <summary>How much of the mean gradient is kept from step to step.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>How much of the mean squared gradient is kept.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>How much of the average picture is kept.</summary>
    public double Averaging { get; init; } = 0.99;

    /// <summary>The bounds of the variables.</summary>
    public (float Low, float High) Bounds { get; init; } = (0, 1);

    /// <inheritdoc/>
    public override OptimizerEnd Minimize(float[] x, DifferentiableFunction function)
    {
        if (!IsUnderWay)
        {
            BeginWatch();
            _average.AsSpan().Clear();
            (_kept, _rate) = (1.0, StepSize);
            x.CopyTo(_before, 0);
            IsUnderWay = true;
        }
        var end = OptimizerEnd.Budget;
        while (true)
        {
            Rested?.Invoke();
            if (!function(x, _gradient, out var value)) break;
            if (!double.IsFinite(value) || !double.IsFinite(Vectors.SumOfMagnitudes(_gradient)))
            {
                // back to where it was finite, in smaller steps
                if (_kept == 1 || _rate < StepSize * 1e-3)
                    throw new ReverieException(_kept == 1 ? "the objective is not finite at the first picture; a layer may divide by zero" : "the objective does not stay finite; use smaller steps");
                _rate /= 2;
                _before.CopyTo(x, 0);
                _first.AsSpan().Clear();
                continue;
            }
            x.CopyTo(_before, 0);
            Step(x, _rate);
            // the weights of the average add up to 1 - kept
            _kept *= Averaging;
            TensorPrimitives.Multiply(_average, (float)Averaging, _average);
            Vectors.AddScaled(x, 1 - Averaging, _average);
            if (!HasStalled(value)) continue;
            end = OptimizerEnd.Converged;
            break;
        }
        if (_kept < 1) TensorPrimitives.Multiply(_average, (float)(1 / (1 - _kept)), x);
        IsUnderWay = false;
        return end;
    }

    /// <inheritdoc/>
    public override void Carry(Optimizer other, Action<float[], float[]> resize)
    {
        var from = (Adam)other;
        resize(from._first, _first);
        resize(from._second, _second);
        // interpolation may undershoot; a second moment cannot
        TensorPrimitives.Max(_second, 0f, _second);
        _time = from._time;
    }

    /// <inheritdoc/>
    protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_time);
        writer.Write(_kept);
        writer.Write(_rate);
        foreach (var vector in (float[][])[_first, _second, _average, _before]) Vectors.Write(writer, vector);
    }

    /// <inheritdoc/>
    protected override void RestoreState(BinaryReader reader)
    {
        (_time, _kept, _rate) = (reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble());
        foreach (var vector in (float[][])[_first, _second, _average, _before]) Vectors.Read(reader, vector);
    }

    private void Step(float[] x, double rate)
    {
        _time++;
        TensorPrimitives.Multiply(_first, (float)Beta1, _first);
        Vectors.AddScaled(_gradient, 1 - Beta1, _first);
        TensorPrimitives.Multiply(_gradient, _gradient, _step);
        TensorPrimitives.Multiply(_second, (float)Beta2, _second);
        Vectors.AddScaled(_step, 1 - Beta2, _second);
        TensorPrimitives.Multiply(_second, (float)(1 / (1 - Math.Pow(Beta2, _time))), _step);
        TensorPrimitives.Sqrt(_step, _step);
        TensorPrimitives.Add(_step, (float)Epsilon, _step);
        TensorPrimitives.Divide(_first, _step, _step);
        Vectors.AddScaled(_step, -rate / (1 - Math.Pow(Beta1, _time)), x);
        TensorPrimitives.Clamp(x, Bounds.Low, Bounds.High, x);
    }
}
