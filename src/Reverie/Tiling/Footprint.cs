namespace Reverie.Tiling;

/// <summary>Which positions of its input an operator reads, along one axis, to compute positions of its output.</summary>
internal abstract record Footprint
{
    /// <summary>Every position reads its own and no other.</summary>
    public static Footprint Point { get; } = new WindowFootprint(1, 1, Pads.None);

    /// <summary>How many positions of the input one step of the output is.</summary>
    public abstract Ratio Step { get; }

    /// <summary>The positions of the input that positions of the output depend on.</summary>
    /// <param name="output">Positions of the output.</param>
    /// <param name="size">
    /// The input's size, beyond which the operator pads; null for an axis without ends, as of a picture that is wrapped around.
    /// </param>
    public abstract Interval Reads(Interval output, long? size);

    protected static long FloorDiv(long dividend, long divisor) => (dividend - Mod(dividend, divisor)) / divisor;

    protected static long CeilDiv(long dividend, long divisor) => -FloorDiv(-dividend, divisor);

    protected static long Mod(long dividend, long divisor) => ((dividend % divisor) + divisor) % divisor;
}

/// <summary>Padding before an axis: a number, or what <c>auto_pad</c> makes of the size.</summary>
/// <param name="Begin">The pad before the axis; null where the size decides.</param>
/// <param name="Extent">For SAME: the extent of the window that is padded for.</param>
/// <param name="IsUpper">For SAME: whether an odd pad goes to the end.</param>
internal readonly record struct Pads(long? Begin, long Extent, bool IsUpper)
{
    public static Pads None => new(0, 1, true);

    public static Pads Of(long begin) => new(begin, 1, true);

    public static Pads Same(long extent, bool isUpper) => new(null, extent, isUpper);

    /// <summary>The pad before an axis of a size. An axis without ends is padded as one whose size is a multiple of the stride.</summary>
    public long Before(long? size, long stride)
    {
        if (Begin is { } known) return known;
        var total = size is { } length ? ((length + stride - 1) / stride - 1) * stride + Extent - length : Extent - stride;
        total = Math.Max(0, total);
        return IsUpper ? total / 2 : total - total / 2;
    }
}

/// <summary>A sliding window: convolution, pooling, and blocks.</summary>
internal sealed record WindowFootprint(long Stride, long Extent, Pads Pads) : Footprint
{
    public override Ratio Step => new(Stride, 1);

    public override Interval Reads(Interval output, long? size)
    {
        if (output.IsEmpty) return Interval.Empty;
        var before = Pads.Before(size, Stride);
        return new Interval(output.Begin * Stride - before, (output.End - 1) * Stride - before + Extent).Within(size);
    }
}

/// <summary>
/// A transposed convolution: position i of the input is spread over the outputs from i stride - pad on. <paramref name="Cut"/> positions are cut off at the end
/// (pads there, less output padding), so that an output may exist only because inputs after those that it reads do.
/// </summary>
internal sealed record SpreadFootprint(long Stride, long Extent, long Pad, long Cut) : Footprint
{
    public override Ratio Step => new(1, Stride);

    public override Interval Reads(Interval output, long? size)
    {
        if (output.IsEmpty) return Interval.Empty;
        var last = Math.Max(FloorDiv(output.End - 1 + Pad, Stride), CeilDiv(output.End - 1 + Pad + Cut - Extent + 1, Stride));
        return new Interval(CeilDiv(output.Begin + Pad - Extent + 1, Stride), last + 1).Within(size);
    }
}

/// <summary>Enlarging by a whole factor: output g lies at (2 g + Shift) / (2 Factor) of the input and reads some positions before and after.</summary>
internal sealed record EnlargedFootprint(long Factor, long Shift, long Before, long After) : Footprint
{
    public override Ratio Step => new(1, Factor);

    public override Interval Reads(Interval output, long? size) =>
        output.IsEmpty ? Interval.Empty : new Interval(At(output.Begin) - Before, At(output.End - 1) + After + 1).Within(size);

    private long At(long position) => FloorDiv(2 * position + Shift, 2 * Factor);
}

/// <summary>How a Pad node fills what it adds.</summary>
internal enum Filling
{
    Constant,
    Edge,
    Reflect,
}

/// <summary>Explicit padding: the output begins before the input does, and near the ends may mirror it.</summary>
/// <param name="Pad">How many positions are added before the axis.</param>
/// <param name="After">How many are added after it.</param>
/// <param name="Filling">What they hold.</param>
internal sealed record PaddedFootprint(long Pad, long After, Filling Filling) : Footprint
{
    public override Ratio Step => Ratio.One;

    public override Interval Reads(Interval output, long? size)
    {
        if (output.IsEmpty) return Interval.Empty;
        var inside = output.Shift(-Pad);
        if (Filling == Filling.Constant) return inside.Within(size);
        var read = inside;
        if (size is { } length)
        {
            read = inside.Within(size);
            // position -k mirrors k, and length - 1 + k mirrors length - 1 - k
            if (inside.Begin < 0) read = read.Union(Filling == Filling.Edge ? new(0, 1) : new(1, 1 - inside.Begin));
            if (inside.End > length) read = read.Union(Filling == Filling.Edge ? new(length - 1, length) : new(2 * length - 1 - inside.End, length - 1));
        }
        return Filling == Filling.Edge ? read.Within(size) : AtLeast(read.Within(size), Math.Max(Pad, After) + 1, size);
    }

    // ONNX Runtime mirrors only inputs that are longer than the pads, a tile's too.
    private static Interval AtLeast(Interval read, long count, long? size)
    {
        if (read.Length >= count) return read;
        read = new Interval(read.Begin, read.Begin + count).Within(size);
        return read.Length >= count ? read : new Interval(read.End - count, read.End).Within(size);
    }
}
