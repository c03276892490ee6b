using System.Buffers.Binary;
using System.IO.Compression;

namespace Reverie.Imaging;

/// <summary>
/// Writes a PNG row by row (ISO/IEC 15948), so that no second picture-sized buffer is needed: 8 or 16 bits, RGB or RGBA. Each row takes the
/// filter whose residuals have the least sum of magnitudes, the heuristic that the standard recommends.
/// </summary>
internal sealed class PngWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly IdatStream _idat;
    private readonly ZLibStream _deflate;
    private readonly byte[][] _filtered = new byte[PngFilter.Count][];
    private byte[] _row;
    private byte[] _above;
    private readonly int _pixelBytes;

    /// <summary>Writes everything that stands before the pixels. The stream is not closed.</summary>
    public PngWriter(Stream stream, int height, int width, bool alpha, int bits, PictureMetadata? metadata)
    {
        _stream = stream;
        _pixelBytes = (alpha ? 4 : 3) * bits / 8;
        var rowBytes = width * _pixelBytes;
        (_row, _above) = (new byte[_pixelBytes + rowBytes], new byte[_pixelBytes + rowBytes]);
        for (var f = 0; f < PngFilter.Count; f++)
        {
            _filtered[f] = new byte[rowBytes + 1];
            _filtered[f][0] = (byte)f;
        }
        stream.Write(PngChunks.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = ((byte)bits, (byte)(alpha ? 6 : 2));
        header[10..].Clear();   // deflate, adaptive filters, not interlaced
        PngChunks.Write(stream, "IHDR"u8, header);
        PngChunks.Write(stream, "sRGB"u8, [0]);
        if (metadata is not null) PngText.Write(stream, metadata);
        _idat = new IdatStream(stream);
        _deflate = new ZLibStream(_idat, CompressionLevel.Optimal, leaveOpen: true);
    }

    /// <summary>Writes the next row: interleaved samples, 16-bit ones big-endian.</summary>
    public void WriteRow(ReadOnlySpan<byte> row)
    {
        row.CopyTo(_row.AsSpan(_pixelBytes));
        var best = 0;
        var least = long.MaxValue;
        for (var f = 0; f < PngFilter.Count; f++)
        {
            var cost = PngFilter.Apply(f, _row, _above, _pixelBytes, _filtered[f].AsSpan(1));
            if (cost < least) (least, best) = (cost, f);
        }
        _deflate.Write(_filtered[best]);
        (_row, _above) = (_above, _row);
    }

    /// <summary>Ends the file after the last row.</summary>
    public void Finish()
    {
        _deflate.Dispose();
        _idat.Flush();
        PngChunks.Write(_stream, "IEND"u8, []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _deflate.Dispose();
        _idat.Dispose();
    }

    /// <summary>Cuts the compressed stream into IDAT chunks.</summary>
    private sealed class IdatStream(Stream target) : Stream
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _used;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> data)
        {
            while (!data.IsEmpty)
            {
                var part = data[..Math.Min(data.Length, _buffer.Length - _used)];
                part.CopyTo(_buffer.AsSpan(_used));
                _used += part.Length;
                data = data[part.Length..];
                if (_used == _buffer.Length) Flush();
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            if (_used == 0) return;
            PngChunks.Write(target, "IDAT"u8, _buffer.AsSpan(0, _used));
            _used = 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
