using Reverie.Runtime;

namespace Reverie.Models;

/// <summary>Whether several pictures can go through a network at once.</summary>
public static class BatchCheck
{
    /// <summary>Two rounding-error-sized differences are no difference: sums run in another order for another batch.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Whether two pictures run together give what each gives alone. A network may say that its batch is free and still mix its items
    /// (a Reshape with a constant first size does), or be exported for one picture only; then the batch is looped.
    /// </summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static bool IsFree(Network network, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        if (network.BatchReason is not null) return false;
        var (height, width) = network.Card.Input.Size is [var rows, var columns] ? (rows, columns) : (128, 128);
        var shape = network.Preprocessing.Shape(2, height, width);
        var random = new Random(1);
        var both = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var index = 0; index < both.Length; index++) both[index] = random.NextSingle() * 2 - 1;
        var input = RuntimeTensor.Of(both, shape);
        var compiled = network.CompiledTo(network.Card.Output.Logits ?? network.Graph.Outputs[0].Name, options);
        try
        {
            var together = Run(input);
            return Close(together[0], Run(input.Items(0, 1))[0]) && Close(together[1], Run(input.Items(1, 1))[0]);
        }
        catch (ReverieException)
        {
            // The network refuses a batch of two, which is the answer.
            return false;
        }

        float[][] Run(RuntimeTensor batch)
        {
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [network.Input] = batch }, cancellation: cancellation);
            var output = results.Values.First();
            var items = (int)batch.Shape[0];
            if (output.Shape is not [var first, ..] || first != items) throw new ReverieException($"the output is {output} for a batch of {items}");
            return output.ToArray<float>().Chunk((int)(output.Count / items)).ToArray();
        }
    }

    private static bool Close(float[] left, float[] right)
    {
        var (difference, norm) = (0.0, 0.0);
        for (var index = 0; index < left.Length; index++)
        {
            difference += Math.Pow(left[index] - right[index], 2);
            norm += Math.Pow(right[index], 2);
        }
        return left.Length == right.Length && Math.Sqrt(difference) <= Tolerance * Math.Sqrt(norm);
    }
}
