using System.Buffers.Binary;

namespace Reverie.Video.Flow;

/// <summary>
/// Flow in the Middlebury format (.flo): "PIEH", the width and the height as 32-bit integers, then (u, v) of each pixel, row by row, as 32-bit floats; all little-endian.
/// Unknown flow is stored there as numbers above 1e9.
/// </summary>
public static class FlowFile
{
    private const int HeaderBytes = 12;

    /// <summary>Reads a field.</summary>
    /// <exception cref="ReverieException">The file is missing, no flow file, cut off or too large.</exception>
    public static FlowField Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = InputFile.Open(path, "flow field");
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header[..4].SequenceEqual("PIEH"u8))
            throw new ReverieException($"'{path}' is no .flo file: it does not begin with PIEH; give a flow field in the Middlebury format");
        var (width, height) = (BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadInt32LittleEndian(header[8..]));
        if (width < 1 || height < 1 || (long)width * height > Imaging.Picture.MaxPixels) throw new ReverieException($"'{path}' says that it is {width} x {height}; a flow field has between 1 and {Imaging.Picture.MaxPixels} pixels");
        if (stream.Length != HeaderBytes + 8L * width * height)
            throw new ReverieException($"'{path}' is {stream.Length} bytes long where a field of {width} x {height} takes {HeaderBytes + 8L * width * height}; it is cut off or damaged");
        var flow = new FlowField(height, width);
        var row = new byte[8 * width];
        for (var y = 0; y < height; y++)
        {
            stream.ReadExactly(row);
            for (var x = 0; x < width; x++)
            {
                flow.U[y * width + x] = BinaryPrimitives.ReadSingleLittleEndian(row.AsSpan(8 * x));
                flow.V[y * width + x] = BinaryPrimitives.ReadSingleLittleEndian(row.AsSpan(8 * x + 4));
            }
        }
        return flow;
    }

    /// <summary>Writes a field, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flow">The field.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="ReverieException">It cannot be written.</exception>
    public static void Write(string path, FlowField flow, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(flow);
        AtomicFile.Write(path, overwrite, stream =>
        {
            var header = new byte[HeaderBytes];
            "PIEH"u8.CopyTo(header);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), flow.Width);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), flow.Height);
            stream.Write(header);
            var row = new byte[8 * flow.Width];
            for (var y = 0; y < flow.Height; y++)
            {
                for (var x = 0; x < flow.Width; x++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(row.AsSpan(8 * x), flow.U[y * flow.Width + x]);
                    BinaryPrimitives.WriteSingleLittleEndian(row.AsSpan(8 * x + 4), flow.V[y * flow.Width + x]);
                }
                stream.Write(row);
            }
        });
    }
}
