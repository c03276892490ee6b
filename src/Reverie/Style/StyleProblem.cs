using System.Numerics.Tensors;
using Reverie.Imaging;

namespace Reverie.Style;

/// <summary>A style objective for pictures of one size, with its targets and weights.</summary>
internal abstract class StyleProblem
{
    // A term that starts at less than this part of what it is compared with is divided by that part: style and content are the same picture there.
    private const double SmallestStart = 1e-4;

    // How hard the picture is held between black and white, in Reverie's form: a tenth beyond everywhere costs as much as half of the content.
    private const double BoundStrength = 50;

    private readonly bool _bounded;
    private readonly float[] _outside = new float[4096];

    /// <summary>For pictures of a size.</summary>
    protected StyleProblem(StyleSession session, int height, int width) => (Session, Height, Width, _bounded) = (session, height, width, session.Objective.IsOwn);

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>The terms' values at the content picture.</summary>
    public IReadOnlyList<double> Before { get; private set; } = [];

    /// <summary>The weights of the terms.</summary>
    public IReadOnlyList<double> Weights { get; private set; } = [];

    /// <summary>Pictures that this one is to stay near, place by place; none for a picture of its own.</summary>
    public IReadOnlyList<StyleAnchor> Anchors { get; set; } = [];

    /// <summary>Network and objective.</summary>
    protected StyleSession Session { get; }

    /// <summary>The terms' values at a picture [3,H,W].</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public abstract double[] Measure(ReadOnlySpan<float> rgb, CancellationToken cancellation);

    /// <summary>The objective and its gradient at a picture [3,H,W].</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double Evaluate(ReadOnlySpan<float> rgb, Span<float> gradient, CancellationToken cancellation)
    {
        var values = Differentiate(rgb, Weights, gradient, cancellation);
        var value = 0.0;
        for (var index = 0; index < values.Count; index++) value += Weights[index] * values[index];
        foreach (var anchor in Anchors) value += anchor.AddTo(rgb, gradient);
        return _bounded ? value + AddBounds(rgb, gradient) : value;
    }

    /// <summary>The terms' values, and the gradient of their sum with some weights.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public abstract IReadOnlyList<double> Differentiate(ReadOnlySpan<float> rgb, IReadOnlyList<double> weights, Span<float> gradient, CancellationToken cancellation);

    /// <summary>Finds the weights, from the terms' values at the content picture.</summary>
    /// <param name="picture">The content picture at this size.</param>
    /// <param name="content">Its targets.</param>
    /// <param name="scales">For each term the size of what it is compared with.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    protected void Weigh(Picture picture, StyleTargets content, IReadOnlyList<double> scales, CancellationToken cancellation)
    {
        var terms = Session.Objective.Terms;
        Before = Measure(picture.Rgb, cancellation);
        var start = terms.Select((term, index) => term.Kind == StyleTermKind.Content
            ? Variance(content.Activations[term.Layer]) : Math.Max(Before[index], SmallestStart * scales[index])).ToList();
        var shapes = Session.LayerShapes(Height, Width);
        Weights = Session.Objective.Weights(layer => shapes[layer][1], layer => shapes[layer][2] * shapes[layer][3], start);
    }

    // What lies beyond black and white is cut off when the picture is saved, which no term of the network knows: strength times the mean square of it.
    private double AddBounds(ReadOnlySpan<float> rgb, Span<float> gradient)
    {
        var scale = BoundStrength / rgb.Length;
        var sum = 0.0;
        for (var start = 0; start < rgb.Length; start += _outside.Length)
        {
            var block = rgb.Slice(start, Math.Min(_outside.Length, rgb.Length - start));
            var outside = _outside.AsSpan(0, block.Length);
            TensorPrimitives.Clamp(block, 0f, 1f, outside);
            TensorPrimitives.Subtract(block, outside, outside);
            sum += TensorPrimitives.SumOfSquares<float>(outside);
            var part = gradient.Slice(start, block.Length);
            TensorPrimitives.MultiplyAdd(outside, (float)(2 * scale), part, part);
        }
        return scale * sum;
    }

    // what the content term is where every channel is replaced by its mean: nothing of the content is left
    private static double Variance((float[] Values, long[] Shape) activations)
    {
        var places = (int)(activations.Shape[2] * activations.Shape[3]);
        var sum = 0.0;
        for (var start = 0; start < activations.Values.Length; start += places)
        {
            var plane = activations.Values.AsSpan(start, places);
            double mean = 0, square = 0;
            foreach (var value in plane)
            {
                mean += value;
                square += (double)value * value;
            }
            sum += square / places - mean / places * (mean / places);
        }
        return Math.Max(sum / (activations.Values.Length / places), 1e-12);
    }
}
