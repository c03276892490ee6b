using Reverie.Imaging;

namespace Reverie.Style.Optimisation;

/// <summary>Several vectors of one length, in memory or in scratch files; sums are the same to the bit in both.</summary>
internal abstract class VectorStore(int length)
{
    // A multiple of the blocks that sums are made of.
    private const int Chunk = 1 << 18;

    private readonly float[] _left = new float[Math.Min(Chunk, length)], _right = new float[Math.Min(Chunk, length)];

    /// <summary>The vectors in memory.</summary>
    public static VectorStore InMemory(int count, int length) => new MemoryVectors(count, length);

    /// <summary>The vectors in scratch files, which a vector gets when it is first written. The length is a multiple of 3.</summary>
    public static VectorStore InFiles(int count, int length) => new FileVectors(count, length);

    /// <summary>vector = left - right.</summary>
    public void SetDifference(int vector, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        for (var start = 0; start < length; start += Chunk)
        {
            var part = _left.AsSpan(0, Math.Min(Chunk, length - start));
            System.Numerics.Tensors.TensorPrimitives.Subtract(left.Slice(start, part.Length), right.Slice(start, part.Length), part);
            Write(vector, start, part);
        }
    }

    /// <summary>The product with a vector.</summary>
    public double Dot(int vector, ReadOnlySpan<float> other)
    {
        var sum = 0.0;
        for (var start = 0; start < length; start += Chunk)
        {
            var count = Math.Min(Chunk, length - start);
            Vectors.AddDot(ref sum, Read(vector, start, _left.AsSpan(0, count)), other.Slice(start, count));
        }
        return sum;
    }

    /// <summary>The product of two of the vectors.</summary>
    public double Dot(int vector, int other)
    {
        var sum = 0.0;
        for (var start = 0; start < length; start += Chunk)
        {
            var count = Math.Min(Chunk, length - start);
            Vectors.AddDot(ref sum, Read(vector, start, _left.AsSpan(0, count)), Read(other, start, _right.AsSpan(0, count)));
        }
        return sum;
    }

    /// <summary>target += factor vector.</summary>
    public void AddTo(Span<float> target, int vector, double factor)
    {
        for (var start = 0; start < length; start += Chunk)
        {
            var count = Math.Min(Chunk, length - start);
            Vectors.AddScaled(Read(vector, start, _left.AsSpan(0, count)), factor, target.Slice(start, count));
        }
    }

    /// <summary>Copies a vector out.</summary>
    public void CopyTo(int vector, Span<float> target)
    {
        for (var start = 0; start < length; start += Chunk)
        {
            var part = target.Slice(start, Math.Min(Chunk, length - start));
            var values = Read(vector, start, part);
            if (!values.Overlaps(part)) values.CopyTo(part);
        }
    }

    /// <summary>Copies a vector in.</summary>
    public void CopyFrom(int vector, ReadOnlySpan<float> source)
    {
        for (var start = 0; start < length; start += Chunk) Write(vector, start, source.Slice(start, Math.Min(Chunk, length - start)));
    }

    /// <summary>Writes a vector's bytes.</summary>
    public void Save(BinaryWriter writer, int vector)
    {
        for (var start = 0; start < length; start += Chunk) Vectors.Write(writer, Read(vector, start, _left.AsSpan(0, Math.Min(Chunk, length - start))));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader, int vector)
    {
        for (var start = 0; start < length; start += Chunk)
        {
            var part = _left.AsSpan(0, Math.Min(Chunk, length - start));
            Vectors.Read(reader, part);
            Write(vector, start, part);
        }
    }

    /// <summary>Gives files back.</summary>
    public virtual void Release() { }

    /// <summary>Some values: in place, or read into a buffer of their number.</summary>
    protected abstract ReadOnlySpan<float> Read(int vector, int start, Span<float> buffer);

    /// <summary>Stores some values.</summary>
    protected abstract void Write(int vector, int start, ReadOnlySpan<float> values);

    private sealed class MemoryVectors(int count, int length) : VectorStore(length)
    {
        private readonly float[][] _vectors = [.. Enumerable.Range(0, count).Select(_ => new float[length])];

        protected override ReadOnlySpan<float> Read(int vector, int start, Span<float> buffer) => _vectors[vector].AsSpan(start, buffer.Length);

        protected override void Write(int vector, int start, ReadOnlySpan<float> values) => values.CopyTo(_vectors[vector].AsSpan(start));
    }

    private sealed class FileVectors(int count, int length) : VectorStore(length)
    {
        private readonly ScratchPlanes?[] _files = new ScratchPlanes?[count];
        private readonly int _rows = length / 3;

        public override void Release()
        {
            foreach (var file in _files) file?.Dispose();
            Array.Clear(_files);
        }

        protected override ReadOnlySpan<float> Read(int vector, int start, Span<float> buffer)
        {
            _files[vector]!.Read(start, buffer);
            return buffer;
        }

        protected override void Write(int vector, int start, ReadOnlySpan<float> values) => (_files[vector] ??= new(_rows, 1)).Write(start, values);
    }
}
