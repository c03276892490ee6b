namespace Reverie.Runtime.Kernels;

/// <summary>A 3x3 convolution at stride 1, by whichever way is faster at its sizes.</summary>
internal static class Convolution3x3<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    // What Winograd's transform of the weights costs for each pair of channels, in multiplications (measured: 16 ns, most of it memory traffic).
    private const int TransformCost = 1000;
    // Where ReLU follows, rounding decides which masks flip, and with few input channels a network has its largest planes: there precision is worth more than the
    // little that Winograd saves. Measured on vgg19-16x at 224 and 257x193: 9 gradients of 24 with a flipped mask instead of 12 (PyTorch: 10), for 5 % of the time.
    private const int FewInputs = 32;

    /// <summary>Computes the convolution.</summary>
    public static void Run(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        if (sizes.Batch == 0 || sizes.Outputs == 0) return;
        if (PrefersWinograd(sizes, tensors.Rectify)) WinogradConvolution<TLanes, TVector>.Run(sizes, tensors, run);
        else DirectConvolution<TLanes, TVector>.Run(sizes, tensors, run);
    }

    // Judged for one item, so that an item's bits do not depend on what else is in the batch.
    private static bool PrefersWinograd(in ConvolutionSizes sizes, bool rectified)
    {
        if (rectified && sizes.Inputs <= FewInputs) return false;
        var tiles = RoundUp((long)Winograd.Tiles(sizes.OutputHeight) * Winograd.Tiles(sizes.OutputWidth));
        var pixels = RoundUp((long)sizes.OutputHeight * sizes.OutputWidth);
        return 4 * (Winograd.Values * tiles + TransformCost) < 3 * 9 * pixels;
    }

    private static long RoundUp(long count) => (count + TLanes.Width - 1) / TLanes.Width * TLanes.Width;
}
