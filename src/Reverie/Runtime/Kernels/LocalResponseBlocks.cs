using System.Runtime.Intrinsics;

namespace Reverie.Runtime.Kernels;

/// <summary>A tensor [N,C,...] that is normalised across channels, in blocks of neighbouring positions that threads share.</summary>
/// <param name="Window">The sums.</param>
/// <param name="Items">N.</param>
/// <param name="Plane">The positions of a channel.</param>
internal readonly unsafe record struct LocalResponseBlocks(ChannelWindow Window, int Items, int Plane)
{
    // positions of a block: with a hundred channels it fits the second-level cache
    private const int Widest = 128;

    /// <summary>Floats of scratch memory that the gradient of a block takes.</summary>
    public int Scratch => Window.Channels * Math.Min(Widest, Plane);

    private int BlocksOfItem => (Plane + Widest - 1) / Widest;

    /// <summary>The blocks of a tensor.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="like">The sums, whose number of channels may be wrong.</param>
    public static LocalResponseBlocks Of(long[] shape, ChannelWindow like) => shape is [var items, var channels, ..]
        ? new(like with { Channels = checked((int)channels) }, checked((int)items), checked((int)Onnx.Tensor.CountOf(shape.AsSpan(2))))
        : throw new ReverieException("invalid shape: local response normalisation takes a batch of channels");

    /// <summary>The sums that an operator's attributes state.</summary>
    public static ChannelWindow WindowOf(KernelAttributes attributes) => attributes.List("window\0"u8) is [var before, var after]
        ? new(0, checked((int)before), checked((int)after), BitConverter.Int32BitsToSingle((int)attributes["scale\0"u8]), BitConverter.Int32BitsToSingle((int)attributes["bias\0"u8]))
        : throw new InvalidOperationException("a window has two sides");

    /// <summary>How many jobs a gradient's blocks are shared out to.</summary>
    public int Jobs(int threads) => Math.Max(1, Math.Min(Items * BlocksOfItem, threads * 4));

    /// <summary>y of the whole tensor.</summary>
    public void Normalise(Pointer x, Pointer y, KernelRun run)
    {
        switch (KernelWidth.Bits)
        {
            case 512: Normalise<Lanes512, Vector512<float>>(x, y, run); break;
            case 256: Normalise<Lanes256, Vector256<float>>(x, y, run); break;
            default: Normalise<Lanes128, Vector128<float>>(x, y, run); break;
        }
    }

    /// <summary>dx of the whole tensor.</summary>
    public void Differentiate(Pointer x, Pointer y, Pointer dy, Pointer dx, float factor, KernelRun run)
    {
        switch (KernelWidth.Bits)
        {
            case 512: Differentiate<Lanes512, Vector512<float>>(x, y, dy, dx, factor, run); break;
            case 256: Differentiate<Lanes256, Vector256<float>>(x, y, dy, dx, factor, run); break;
            default: Differentiate<Lanes128, Vector128<float>>(x, y, dy, dx, factor, run); break;
        }
    }

    /// <summary>The same with registers of a given width.</summary>
    internal void Normalise<TLanes, TVector>(Pointer x, Pointer y, KernelRun run) where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        var (window, plane) = (Window, Plane);
        Share(run, (_, place, count) => window.Normalise<TLanes, TVector>(x + place, y + place, plane, count));
    }

    /// <summary>The same with registers of a given width.</summary>
    internal void Differentiate<TLanes, TVector>(Pointer x, Pointer y, Pointer dy, Pointer dx, float factor, KernelRun run) where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        var (window, plane, floats) = (Window, Plane, (nint)Scratch);
        var scratch = new Pointer(run.Rent(floats * Jobs(run.Threads)));
        Share(run, (job, place, count) => window.Differentiate<TLanes, TVector>(x + place, y + place, dy + place, dx + place, plane, count, factor, scratch + job * floats));
    }

    private void Share(KernelRun run, Action<int, nint, int> block)
    {
        var (all, jobs, blocks, plane, item) = (Items * BlocksOfItem, Jobs(run.Threads), BlocksOfItem, Plane, (nint)Window.Channels * Plane);
        run.For(jobs, job =>
        {
            for (var index = (int)((long)all * job / jobs); index < (int)((long)all * (job + 1) / jobs); index++)
            {
                var first = index % blocks * Widest;
                block(job, index / blocks * item + first, Math.Min(Widest, plane - first));
            }
        });
    }
}
