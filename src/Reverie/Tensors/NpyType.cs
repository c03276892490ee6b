namespace Reverie.Tensors;

/// <summary>The element types of .npy files that are read.</summary>
public enum NpyType
{
    /// <summary>IEEE single precision, little-endian: NumPy's <c>&lt;f4</c>.</summary>
    Float32,

    /// <summary>IEEE double precision, little-endian: NumPy's <c>&lt;f8</c>.</summary>
    Float64,

    /// <summary>64-bit signed integers, little-endian: NumPy's <c>&lt;i8</c>.</summary>
    Int64,
}
