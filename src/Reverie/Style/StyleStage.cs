using System.Numerics.Tensors;
using Reverie.Style.Optimisation;

namespace Reverie.Style;

/// <summary>
/// One size of a run: the picture as it stands there, and the optimiser that changes it. L-BFGS walks in variables in which fine patterns come slowly (<see cref="Grain"/>), from
/// their origin; Adam, which knows the bounds of pixels, in the pixels.
/// </summary>
internal sealed class StyleStage
{
    private readonly Grain? _grain;
    private readonly float[] _origin;
    private readonly float[] _moved = [], _pixelGradient = [];
    private int _rested;

    /// <summary>Begins a size.</summary>
    /// <param name="number">Which of the run's sizes, from 0.</param>
    /// <param name="scale">The size and the most evaluations.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="start">The first picture [3,H,W], which the stage owns from now on.</param>
    /// <param name="grain">The share by which the finest patterns are slower; 1 for plain pixels.</param>
    /// <param name="optimizer">The optimiser.</param>
    public StyleStage(int number, StyleScale scale, (int Height, int Width) size, float[] start, double grain, Optimizer optimizer)
    {
        (Number, Scale, Size, _origin, Optimizer) = (number, scale, size, start, optimizer);
        Optimizer.Rested = () =>
        {
            _rested = Values.Count;
            Resting?.Invoke();
        };
        if (grain >= 1)
        {
            Variables = start;
            return;
        }
        _grain = new(size.Height, size.Width, grain);
        (Variables, _moved, _pixelGradient) = (new float[start.Length], new float[start.Length], new float[start.Length]);
    }

    /// <summary>Which of the run's sizes, from 0.</summary>
    public int Number { get; }

    /// <summary>The size and the most evaluations.</summary>
    public StyleScale Scale { get; }

    /// <summary>Rows and columns.</summary>
    public (int Height, int Width) Size { get; }

    /// <summary>The optimiser.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Told before every step of the optimiser.</summary>
    public Action? Resting { get; set; }

    /// <summary>What the optimiser walks in.</summary>
    public float[] Variables { get; }

    /// <summary>The objective at every evaluation so far.</summary>
    public List<double> Values { get; } = [];

    /// <summary>The pixels of one evaluation.</summary>
    public long Pixels => (long)Size.Height * Size.Width;

    /// <summary>The objective and its gradient with respect to the variables.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double Evaluate(StyleProblem problem, ReadOnlySpan<float> at, Span<float> gradient, CancellationToken cancellation)
    {
        if (_grain is null) return problem.Evaluate(at, gradient, cancellation);
        Move(at, _moved);
        var value = problem.Evaluate(_moved, _pixelGradient, cancellation);
        _grain.Apply(_pixelGradient, gradient);
        return value;
    }

    /// <summary>A copy of the picture [3,H,W] as the optimiser leaves it; values may lie beyond black and white.</summary>
    public float[] Picture()
    {
        var picture = new float[Variables.Length];
        Move(Variables, picture);
        return picture;
    }

    /// <summary>Writes all that the rest of the run depends on, as it was when the optimiser last rested.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_rested);
        for (var index = 0; index < _rested; index++) writer.Write(Values[index]);
        writer.Write(_grain is not null);
        if (_grain is not null) Vectors.Write(writer, _origin);
        Vectors.Write(writer, Variables);
        Optimizer.Save(writer);
    }

    /// <summary>Takes up what <see cref="Save"/> wrote of the same size.</summary>
    /// <exception cref="InvalidDataException">It is of another run.</exception>
    public void Restore(BinaryReader reader)
    {
        Values.Clear();
        _rested = reader.ReadInt32();
        if (_rested < 0 || _rested > Scale.Evaluations) throw new InvalidDataException("there are more evaluations than were planned");
        for (var index = 0; index < _rested; index++) Values.Add(reader.ReadDouble());
        if (reader.ReadBoolean() != (_grain is not null)) throw new InvalidDataException("the variables are others");
        if (_grain is not null) Vectors.Read(reader, _origin);
        Vectors.Read(reader, Variables);
        Optimizer.Restore(reader);
    }

    private void Move(ReadOnlySpan<float> variables, Span<float> picture)
    {
        if (_grain is null)
        {
            variables.CopyTo(picture);
            return;
        }
        _grain.Apply(variables, picture);
        TensorPrimitives.Add(picture, _origin, picture);
    }
}
