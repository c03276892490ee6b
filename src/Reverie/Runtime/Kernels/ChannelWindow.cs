using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// Local response normalisation across neighbouring channels with the usual exponent of 3/4 (Krizhevsky et al. 2012): y = x / s^(3/4), s = bias + scale * (sum of x^2 from channel
/// c - before to c + after). Tensors are [channels, positions]; a block is some neighbouring positions of all channels.
/// </summary>
/// <param name="Channels">How many channels there are.</param>
/// <param name="Before">How many neighbours with lower numbers are summed over.</param>
/// <param name="After">How many with higher ones.</param>
/// <param name="Scale">alpha / size.</param>
/// <param name="Bias">What s is where all is 0.</param>
/// <remarks>
/// Squares, each times the scale, are summed up in the order of channels, sections of 128 channels by themselves: as ONNX Runtime's convolution with a banded matrix does, whose bits these are.
/// </remarks>
internal readonly unsafe record struct ChannelWindow(int Channels, int Before, int After, float Scale, float Bias)
{
    private const int Section = 128;

    /// <summary>y of a block.</summary>
    /// <param name="x">The block's first element.</param>
    /// <param name="y">The same place of the result.</param>
    /// <param name="plane">From one channel to the next, in floats.</param>
    /// <param name="count">The block's positions.</param>
    public void Normalise<TLanes, TVector>(float* x, float* y, nint plane, int count) where TLanes : IArithmetic<TVector> where TVector : unmanaged
    {
        var wide = count - count % TLanes.Width;
        NormaliseColumns<TLanes, TVector>(x, y, plane, 0, wide);
        NormaliseColumns<SingleLane, float>(x, y, plane, wide, count);
    }

    /// <summary>dx = dy / s^(3/4) - factor * x * (sum of dy y / s over the channels whose sums x is in) of a block.</summary>
    /// <param name="x">The block's first element.</param>
    /// <param name="y">The same place of what it was normalised to.</param>
    /// <param name="dy">The same place of its cotangent.</param>
    /// <param name="dx">The same place of the result.</param>
    /// <param name="plane">From one channel to the next, in floats.</param>
    /// <param name="count">The block's positions.</param>
    /// <param name="factor">2 * scale * 3/4.</param>
    /// <param name="scratch">A float for each element of the block.</param>
    public void Differentiate<TLanes, TVector>(float* x, float* y, float* dy, float* dx, nint plane, int count, float factor, float* scratch) where TLanes : IArithmetic<TVector> where TVector : unmanaged
    {
        var wide = count - count % TLanes.Width;
        DifferentiateColumns<TLanes, TVector>(x, y, dy, dx, plane, 0, wide, factor, scratch, count);
        DifferentiateColumns<SingleLane, float>(x, y, dy, dx, plane, wide, count, factor, scratch, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NormaliseColumns<TLanes, TVector>(float* x, float* y, nint plane, int from, int to) where TLanes : IArithmetic<TVector> where TVector : unmanaged
    {
        for (var channel = 0; channel < Channels; channel++)
            for (var at = from; at < to; at += TLanes.Width)
            {
                var place = channel * plane + at;
                var root = TLanes.SquareRoot(Sum<TLanes, TVector>(x + at, plane, channel));
                TLanes.Store(TLanes.Divide(TLanes.Load(x + place), TLanes.Multiply(root, TLanes.SquareRoot(root))), y + place);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DifferentiateColumns<TLanes, TVector>(float* x, float* y, float* dy, float* dx, nint plane, int from, int to, float factor, float* shares, int width)
        where TLanes : IArithmetic<TVector> where TVector : unmanaged
    {
        for (var channel = 0; channel < Channels; channel++)
            for (var at = from; at < to; at += TLanes.Width)
            {
                var place = channel * plane + at;
                var sum = Sum<TLanes, TVector>(x + at, plane, channel);
                var root = TLanes.SquareRoot(sum);
                var cotangent = TLanes.Load(dy + place);
                TLanes.Store(TLanes.Divide(TLanes.Multiply(cotangent, TLanes.Load(y + place)), sum), shares + (nint)channel * width + at);
                TLanes.Store(TLanes.Divide(cotangent, TLanes.Multiply(root, TLanes.SquareRoot(root))), dx + place);
            }
        var constant = TLanes.Broadcast(factor);
        for (var channel = 0; channel < Channels; channel++)
        {
            var (first, last) = (Math.Max(0, channel - After), Math.Min(Channels - 1, channel + Before));
            for (var at = from; at < to; at += TLanes.Width)
            {
                var place = channel * plane + at;
                var inner = TLanes.Broadcast(0);
                for (var other = first; other <= last;)
                {
                    var part = TLanes.Load(shares + (nint)other * width + at);
                    for (var end = Math.Min(last, other | (Section - 1)); ++other <= end;) part = TLanes.Add(part, TLanes.Load(shares + (nint)other * width + at));
                    inner = TLanes.Add(part, inner);
                }
                TLanes.Store(TLanes.Subtract(TLanes.Load(dx + place), TLanes.Multiply(TLanes.Multiply(TLanes.Load(x + place), inner), constant)), dx + place);
            }
        }
    }

    // s of a channel
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector Sum<TLanes, TVector>(float* x, nint plane, int channel) where TLanes : IArithmetic<TVector> where TVector : unmanaged
    {
        var scale = TLanes.Broadcast(Scale);
        var sum = TLanes.Broadcast(0);
        var last = Math.Min(Channels - 1, channel + After);
        for (var other = Math.Max(0, channel - Before); other <= last;)
        {
            var part = TLanes.Broadcast(0);
            for (var end = Math.Min(last, other | (Section - 1)); other <= end; other++)
            {
                var value = TLanes.Load(x + other * plane);
                part = TLanes.MultiplyAdd(TLanes.Multiply(value, value), scale, part);
            }
            sum = TLanes.Add(part, sum);
        }
        return TLanes.Add(sum, TLanes.Broadcast(Bias));
    }
}
