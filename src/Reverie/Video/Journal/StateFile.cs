using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Reverie.Imaging;

namespace Reverie.Video.Journal;

/// <summary>The state of a run in a file: replaced in one step, and lossless.</summary>
internal static class StateFile
{
    private const uint Mark = 0x53465652;   // "RVFS"

    /// <summary>Writes it.</summary>
    /// <exception cref="ReverieException">It cannot be written.</exception>
    public static void Write(string path, FrameState state) => AtomicFile.Write(path, overwrite: true, stream =>
    {
        var note = JsonSerializer.SerializeToUtf8Bytes(state.Note, VideoJson.Default.FrameNote);
        var key = JsonSerializer.SerializeToUtf8Bytes(state.Key, VideoJson.Default.KeyFrame);
        var head = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), state.Source.Height);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), state.Source.Width);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), note.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), key.Length);
        var sum = 0u;
        foreach (var part in (ReadOnlyMemory<byte>[])[note, key, Bytes(state.Source), Bytes(state.Result)]) sum = Crc32.Append(sum, part.Span);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(20), sum);
        stream.Write(head);
        stream.Write(note);
        stream.Write(key);
        stream.Write(MemoryMarshal.AsBytes(state.Source.Rgb.AsSpan()));
        stream.Write(MemoryMarshal.AsBytes(state.Result.Rgb.AsSpan()));
    });

    /// <summary>Reads it; null where there is none, or it is damaged: the run then begins anew.</summary>
    public static FrameState? Read(string path)
    {
        if (!File.Exists(path)) return null;
        using var stream = File.OpenRead(path);
        var head = new byte[24];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || BinaryPrimitives.ReadUInt32LittleEndian(head) != Mark) return null;
        var (height, width) = (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8)));
        var (noteLength, keyLength) = (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(16)));
        if (height < 1 || width < 1 || noteLength < 0 || keyLength < 0 || stream.Length != head.Length + noteLength + keyLength + 24L * height * width) return null;
        var (note, key) = (new byte[noteLength], new byte[keyLength]);
        stream.ReadExactly(note);
        stream.ReadExactly(key);
        var (source, result) = (new Picture(height, width), new Picture(height, width));
        stream.ReadExactly(MemoryMarshal.AsBytes(source.Rgb.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(result.Rgb.AsSpan()));
        var sum = 0u;
        foreach (var part in (ReadOnlyMemory<byte>[])[note, key, Bytes(source), Bytes(result)]) sum = Crc32.Append(sum, part.Span);
        if (sum != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(20))) return null;
        return new(JsonSerializer.Deserialize(note, VideoJson.Default.FrameNote)!, JsonSerializer.Deserialize(key, VideoJson.Default.KeyFrame)!, source, result);
    }

    private static ReadOnlyMemory<byte> Bytes(Picture picture) => MemoryMarshal.AsBytes(picture.Rgb.AsSpan()).ToArray();
}
