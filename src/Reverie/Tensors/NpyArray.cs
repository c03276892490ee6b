namespace Reverie.Tensors;

/// <summary>The content of a .npy file: a shape and its values in C (row-major) order.</summary>
public sealed class NpyArray
{
    internal NpyArray(long[] shape, Array values) => (Shape, Values) = (shape, values);

    /// <summary>The dimensions; empty for a scalar. Their product is the number of values.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>A float[], double[] or long[], as <see cref="Type"/> says.</summary>
    public Array Values { get; }

    /// <summary>The element type in the file.</summary>
    public NpyType Type => Values switch
    {
        float[] => NpyType.Float32,
        double[] => NpyType.Float64,
        _ => NpyType.Int64,
    };

    /// <summary>The values as float32: the array itself if it is float32 already, else each value rounded.</summary>
    public float[] ToFloat32() => Values switch
    {
        float[] single => single,
        double[] wide => Array.ConvertAll(wide, v => (float)v),
        var whole => Array.ConvertAll((long[])whole, v => (float)v),
    };

    /// <summary>The values as float64: the array itself if it is float64 already, else each value converted (exactly from float32).</summary>
    public double[] ToFloat64() => Values switch
    {
        double[] wide => wide,
        float[] single => Array.ConvertAll(single, v => (double)v),
        var whole => Array.ConvertAll((long[])whole, v => (double)v),
    };
}
