namespace Reverie.Imaging;

/// <summary>
/// Three planes [3,H,W] of float32 that need not be in memory: read and written in runs of values, in the order of an array. What is beyond a border of the picture is
/// taken from the opposite side.
/// </summary>
internal abstract class PlaneStore(int height, int width) : IDisposable
{
    /// <summary>The number of values that whole passes over a store take at once.</summary>
    public const int Block = 1 << 20;

    public int Height { get; } = height;

    public int Width { get; } = width;

    /// <summary>The number of values: 3 H W.</summary>
    public long Count => 3L * Height * Width;

    /// <summary>Reads values from a place on.</summary>
    public abstract void Read(long place, Span<float> values);

    /// <summary>Writes values from a place on.</summary>
    public abstract void Write(long place, ReadOnlySpan<float> values);

    /// <summary>Sets all to zero.</summary>
    public abstract void Clear();

    public abstract void Dispose();

    /// <summary>Reads a rectangle [3,height,width] that may lie across or beyond the borders.</summary>
    public void ReadCrop(long top, long left, int height, int width, Span<float> values)
    {
        foreach (var run in Runs(top, left, height, width)) Read(run.Place, values.Slice(run.At, run.Length));
    }

    /// <summary>Adds a rectangle [3,height,width] to what is there. Where a crop reaches around the picture, the same pixel is added to several times.</summary>
    public void AddCrop(long top, long left, int height, int width, ReadOnlySpan<float> values)
    {
        Span<float> sum = new float[Math.Min(width, Width)];
        foreach (var run in Runs(top, left, height, width))
        {
            var there = sum[..run.Length];
            Read(run.Place, there);
            System.Numerics.Tensors.TensorPrimitives.Add(there, values.Slice(run.At, run.Length), there);
            Write(run.Place, there);
        }
    }

    /// <summary>Copies another store of the same size.</summary>
    public void CopyFrom(PlaneStore other)
    {
        var block = new float[Math.Min(Block, Count)];
        for (long place = 0; place < Count; place += block.Length)
        {
            var part = block.AsSpan(0, (int)Math.Min(block.Length, Count - place));
            other.Read(place, part);
            Write(place, part);
        }
    }

    // Unbroken runs of values: where they lie here, and where in the crop.
    private IEnumerable<(long Place, int At, int Length)> Runs(long top, long left, int height, int width)
    {
        for (var channel = 0; channel < 3; channel++)
            for (var row = 0; row < height; row++)
            {
                var line = ((long)channel * Height + Modulo(top + row, Height)) * Width;
                var at = (channel * height + row) * width;
                for (var done = 0; done < width;)
                {
                    var column = Modulo(left + done, Width);
                    var length = Math.Min(width - done, Width - column);
                    yield return (line + column, at + done, length);
                    done += length;
                }
            }
    }

    private static int Modulo(long position, int size) => (int)(((position % size) + size) % size);
}

/// <summary>Planes in an array.</summary>
internal sealed class MemoryPlanes(float[] planes, int height, int width) : PlaneStore(height, width)
{
    public override void Read(long place, Span<float> values) => planes.AsSpan((int)place, values.Length).CopyTo(values);

    public override void Write(long place, ReadOnlySpan<float> values) => values.CopyTo(planes.AsSpan((int)place, values.Length));

    public override void Clear() => Array.Clear(planes);

    public override void Dispose() { }
}
