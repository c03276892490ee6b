using Reverie.Onnx;
using Reverie.Runtime.Kernels;

namespace Reverie.Runtime.Memory;

/// <summary>What operators of ONNX Runtime's CPU take from the arena while they run, beside their inputs and outputs.</summary>
internal static class OperatorScratch
{
    private const int Float = sizeof(float);

    /// <summary>The bytes that a node needs for itself; operators that are not known to need any count as none.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="shapes">The shapes of all tensors; one that is missing counts as nothing.</param>
    /// <param name="threads">The threads that share its work.</param>
    public static long Of(Node node, IReadOnlyDictionary<string, long[]> shapes, int threads)
    {
        switch (node.Op)
        {
            case "Conv" or "FusedConv" when node.Domain != "com.microsoft.nchwc":
                // a block of columns for every thread (MLAS, the convolution by expansion to a matrix); the whole matrix where it is smaller than that
                return threads * (128L << 10) * Float;
            case "ConvTranspose":
                // the matrix of columns of one item, and its weights transposed
                return shapes.TryGetValue(node.Inputs[0], out var x) && shapes.TryGetValue(node.Inputs[1], out var weights)
                    ? (Product(x.AsSpan(2)) * Product(weights.AsSpan(1)) + Product(weights)) * Float
                    : 0;
            case "LRN":
                // the padded squares of one item, and the scale of all
                return shapes.TryGetValue(node.Inputs[0], out var y) ? (Product(y) + Product(y.AsSpan(1)) + (node.Int("size", 1) - 1) * Product(y.AsSpan(2))) * Float : 0;
            case Convolution3x3Operator.OperatorName when node.Domain == KernelDomain.Name:
                return shapes.TryGetValue(node.Inputs[0], out var input) && shapes.TryGetValue(node.Inputs[1], out var taps)
                    ? Convolution3x3Operator.ScratchBytes(input, taps, node.Ints("pads")!, node.Int("rectify", 0) != 0, threads)
                    : 0;
            case LocalResponseGradientOperator.OperatorName when node.Domain == KernelDomain.Name:
                return shapes.TryGetValue(node.Inputs[0], out var normalised) ? LocalResponseGradientOperator.ScratchBytes(normalised, threads) : 0;
            default: return 0;
        }
    }

    private static long Product(ReadOnlySpan<long> sizes)
    {
        var product = 1L;
        foreach (var size in sizes) product *= size;
        return product;
    }
}
