using System.Buffers.Binary;

namespace Reverie.Video.Frames;

/// <summary>
/// A Matroska stream of uncompressed frames with a time each, for ffmpeg to read from a pipe: raw frames alone carry no times, and a video of variable rate has no other way in.
/// Times are in nanoseconds; the stream is never complete, so that it needs no seeking.
/// </summary>
internal sealed class RawMatroska
{
    private const uint Ebml = 0x1A45DFA3, Segment = 0x18538067, Info = 0x1549A966, Tracks = 0x1654AE6B, Cluster = 0x1F43B675;
    private readonly Stream _stream;
    private readonly int _frameBytes;

    /// <summary>Begins the stream.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="height">Rows of a frame.</param>
    /// <param name="width">Columns.</param>
    /// <param name="frameRate">Its rate, which encoders plan with.</param>
    public RawMatroska(Stream stream, int height, int width, Rational frameRate)
    {
        (_stream, _frameBytes) = (stream, 3 * height * width);
        _stream.Write(Element(Ebml, [.. Text(0x4282, "matroska"), .. Number(0x4287, 4), .. Number(0x4285, 2)]));
        // a segment of unknown length
        _stream.Write([.. Id(Segment), 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        _stream.Write(Element(Info, [.. Number(0x2AD7B1, 1), .. Text(0x4D80, "Reverie"), .. Text(0x5741, "Reverie")]));
        var video = Element(0xE0, [.. Number(0xB0, width), .. Number(0xBA, height), .. Element(0x2EB524, [(byte)'R', (byte)'G', (byte)'B', 24])]);
        _stream.Write(Element(Tracks, Element(0xAE, [.. Number(0xD7, 1), .. Number(0x73C5, 1), .. Number(0x83, 1), .. Number(0x9C, 0), .. Text(0x86, "V_UNCOMPRESSED"),
            .. Number(0x23E383, (long)Math.Round(1e9 / frameRate.Value)), .. video])));
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="rgb">[H,W,3], 8 bits each.</param>
    /// <param name="nanoseconds">When it is shown.</param>
    /// <param name="duration">How long, in nanoseconds.</param>
    public void Write(ReadOnlySpan<byte> rgb, long nanoseconds, long duration)
    {
        if (rgb.Length != _frameBytes) throw new ArgumentException($"a frame has {_frameBytes} bytes, not {rgb.Length}", nameof(rgb));
        // track 1, no lacing, no time of its own within the cluster
        ReadOnlySpan<byte> block = [0x81, 0, 0, 0];
        var durationElement = Number(0x9B, duration);
        var blockHead = Head(0xA1, block.Length + rgb.Length);
        var groupHead = Head(0xA0, blockHead.Length + block.Length + rgb.Length + durationElement.Length);
        var time = Number(0xE7, nanoseconds);
        _stream.Write(Head(Cluster, time.Length + groupHead.Length + blockHead.Length + block.Length + rgb.Length + durationElement.Length));
        _stream.Write(time);
        _stream.Write(groupHead);
        _stream.Write(blockHead);
        _stream.Write(block);
        _stream.Write(rgb);
        _stream.Write(durationElement);
    }

    private static byte[] Id(uint id) => id switch
    {
        > 0xFFFFFF => [(byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id],
        > 0xFFFF => [(byte)(id >> 16), (byte)(id >> 8), (byte)id],
        > 0xFF => [(byte)(id >> 8), (byte)id],
        _ => [(byte)id],
    };

    // lengths always in eight bytes: nothing is gained by fewer
    private static byte[] Head(uint id, long length)
    {
        var size = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(size, length | 1L << 56);
        return [.. Id(id), .. size];
    }

    private static byte[] Element(uint id, byte[] content) => [.. Head(id, content.Length), .. content];

    private static byte[] Text(uint id, string text) => Element(id, System.Text.Encoding.ASCII.GetBytes(text));

    private static byte[] Number(uint id, long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return Element(id, bytes);
    }
}
