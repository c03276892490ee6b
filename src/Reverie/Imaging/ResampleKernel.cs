namespace Reverie.Imaging;

/// <summary>How <see cref="Resampling"/> computes a pixel of the new size from its neighbours in the old one.</summary>
public enum ResampleKernel
{
    /// <summary>
    /// Linear interpolation that maps end points to end points: output i lies at input i·(n-1)/(m-1). No prefilter. The map of
    /// <c>scipy.ndimage.zoom(order=1)</c>, with which the 2015 DeepDream recipe scales its octaves, and of PyTorch's <c>align_corners=True</c>.
    /// </summary>
    BilinearAlignCorners,

    /// <summary>
    /// Linear interpolation between pixel centres: output i lies at input (i+1/2)·n/m - 1/2, clamped. No prefilter: shrinking aliases.
    /// PyTorch's <c>align_corners=False</c>, ONNX Resize's <c>half_pixel</c>.
    /// </summary>
    Bilinear,

    /// <summary>
    /// Tent filter, widened when shrinking so that nothing aliases; equal to <see cref="Bilinear"/> when enlarging.
    /// What PIL calls BILINEAR, hence what most classifiers' pictures were prepared with.
    /// </summary>
    Triangle,

    /// <summary>Keys' cubic with a = -1/2 (Catmull-Rom), widened when shrinking: sharp, overshoots a little. What PIL calls BICUBIC.</summary>
    CatmullRom,

    /// <summary>Mitchell and Netravali's cubic with B = C = 1/3, widened when shrinking: softer, hardly overshoots. It blurs slightly even at equal size ratios.</summary>
    Mitchell,

    /// <summary>Sinc windowed by a sinc of three lobes, widened when shrinking: the sharpest; rings at hard edges. What PIL calls LANCZOS.</summary>
    Lanczos3,
}
