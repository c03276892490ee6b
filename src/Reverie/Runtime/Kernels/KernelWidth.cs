namespace Reverie.Runtime.Kernels;

/// <summary>The width of register that kernels use.</summary>
internal static class KernelWidth
{
    /// <summary>In bits: 512, 256 or 128; the widest that the processor has. Tests set it, to run all of them on one machine.</summary>
    public static int Bits { get; set; } = Lanes512.IsSupported ? 512 : Lanes256.IsSupported ? 256 : 128;
}
