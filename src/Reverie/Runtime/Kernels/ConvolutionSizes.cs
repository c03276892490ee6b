namespace Reverie.Runtime.Kernels;

/// <summary>The sizes of a 3x3 convolution at stride 1.</summary>
/// <param name="Batch">Items.</param>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Top">Rows of zeros above.</param>
/// <param name="Left">Columns of zeros to the left.</param>
/// <param name="Bottom">Rows of zeros below.</param>
/// <param name="Right">Columns of zeros to the right.</param>
internal readonly record struct ConvolutionSizes(int Batch, int Inputs, int Outputs, int Height, int Width, int Top, int Left, int Bottom, int Right)
{
    /// <summary>Rows of the result.</summary>
    public int OutputHeight => Height + Top + Bottom - 2;

    /// <summary>Columns of the result.</summary>
    public int OutputWidth => Width + Left + Right - 2;
}

/// <summary>The tensors of a convolution.</summary>
internal readonly unsafe struct ConvolutionTensors
{
    /// <summary>[batch, inputs, height, width].</summary>
    public float* Input { get; init; }

    /// <summary>[outputs, inputs, 3, 3].</summary>
    public float* Weights { get; init; }

    /// <summary>[outputs], or null.</summary>
    public float* Bias { get; init; }

    /// <summary>Of the result's shape, or null: added to the sums.</summary>
    public float* Addend { get; init; }

    /// <summary>Of the result's shape, or null: the result is 0 where this is not above 0 (the backward pass of a ReLU).</summary>
    public float* Gate { get; init; }

    /// <summary>[batch, outputs, rows, columns].</summary>
    public float* Output { get; init; }

    /// <summary>Whether the result is rectified.</summary>
    public bool Rectify { get; init; }
}
