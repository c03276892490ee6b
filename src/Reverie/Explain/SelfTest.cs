using System.Diagnostics;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Explain;

/// <summary>A short proof that gradients are right on this machine: the embedded network's in float32 against the same in float64.</summary>
/// <param name="Error">The relative L2 distance of the float32 gradient from the float64 one.</param>
/// <param name="Time">What a float32 gradient takes, without compilation.</param>
/// <param name="Pixels">The height and width of the picture.</param>
public sealed record SelfTest(double Error, TimeSpan Time, int Pixels)
{
    /// <summary>
    /// The largest error that rounding explains: single flips of ReLU masks move a float32 gradient by up to a few hundredths. A wrong kernel
    /// is off by the gradient's own size.
    /// </summary>
    public const double Tolerance = 5e-2;

    private const int Side = 64;

    /// <summary>Whether the gradients agree.</summary>
    public bool Passed => Error <= Tolerance;

    /// <summary>Runs the test; it takes about two seconds.</summary>
    /// <exception cref="ReverieException">The provider is absent.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static SelfTest Run(RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        var network = Network.Embedded;
        var layer = network.Card.Layers.Dream is [var first, ..] ? first : network.Logits;
        var random = new Random(1);
        var input = new float[3 * Side * Side];
        for (var index = 0; index < input.Length; index++) input[index] = random.NextSingle() * 2 - 1;
        var shape = network.Preprocessing.Shape(1, Side, Side);

        using var single = TensorGradient.Build(network.Graph, layer, Precision.Float32, options);
        var narrow = RuntimeTensor.Of(input, shape);
        using var warm = single.RunAt(narrow, 0, cancellation);
        // 1/2 sum a^2 of a layer has the layer itself as its cotangent.
        var cotangent = RuntimeTensor.Of(warm.Value.ToArray<float>(), warm.Value.Shape);
        var clock = Stopwatch.StartNew();
        using var result = single.Run(narrow, cotangent, cancellation);
        var time = clock.Elapsed;

        using var exact = TensorGradient.Build(network.Graph, layer, Precision.Float64, options);
        using var truth = exact.Run(RuntimeTensor.Of(Array.ConvertAll(input, value => (double)value), shape), RuntimeTensor.Of(cotangent.ToDoubles(), cotangent.Shape), cancellation);
        return new(Distance(result.Gradient.ToDoubles(), truth.Gradient.ToDoubles()), time, Side);
    }

    private static double Distance(double[] left, double[] right)
    {
        var (difference, norm) = (0.0, 0.0);
        for (var index = 0; index < left.Length; index++)
        {
            difference += (left[index] - right[index]) * (left[index] - right[index]);
            norm += right[index] * right[index];
        }
        return norm > 0 ? Math.Sqrt(difference / norm) : double.PositiveInfinity;
    }
}
