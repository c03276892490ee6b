using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Tensors;

namespace Reverie.Cli.Commands;

/// <summary>Tensors in .npy files.</summary>
internal static class TensorFile
{
    /// <summary>Reads an array in the wanted arithmetic.</summary>
    /// <exception cref="ReverieException">The file is not a .npy array that can be read.</exception>
    public static RuntimeTensor Read(string path, Precision precision = Precision.Float32)
    {
        var array = Npy.Read(path);
        long[] shape = [.. array.Shape];
        return precision == Precision.Float64 ? RuntimeTensor.Of(array.ToFloat64(), shape) : RuntimeTensor.Of(array.ToFloat32(), shape);
    }

    /// <summary>Writes a tensor of float32 or float64, whole or not at all.</summary>
    /// <exception cref="ReverieException">The file exists or cannot be written, or the tensor holds something else.</exception>
    public static void Write(string path, RuntimeTensor tensor, bool overwrite)
    {
        if (tensor.Type == ElementType.Double) Npy.Write(path, tensor.Span<double>(), tensor.Shape, overwrite);
        else if (tensor.Type == ElementType.Float) Npy.Write(path, tensor.Span<float>(), tensor.Shape, overwrite);
        else throw new ReverieException($"the tensor is {tensor}; only floating-point tensors are written");
    }

    /// <summary>What a report says about a tensor.</summary>
    public static object Describe(RuntimeTensor tensor, string? file)
    {
        var (sum, squares, low, high) = (0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        if (tensor.Type == ElementType.Double)
            foreach (var value in tensor.Span<double>()) Take(value);
        else if (tensor.Type == ElementType.Float)
            foreach (var value in tensor.Span<float>()) Take(value);
        return new
        {
            file,
            type = tensor.Type == ElementType.Double ? "float64" : "float32",
            shape = tensor.Shape.ToArray(),
            mean = Finite(sum / Math.Max(1, tensor.Count)),
            norm = Finite(Math.Sqrt(squares)),
            min = Finite(low),
            max = Finite(high),
        };

        void Take(double value)
        {
            sum += value;
            squares += value * value;
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }
    }

    // JSON has no NaN and no infinity.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
