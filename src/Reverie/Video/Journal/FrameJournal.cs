using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Reverie.Imaging;
using Reverie.Video.Frames;

namespace Reverie.Video.Journal;

/// <summary>
/// What a run has done, so that it can end anywhere: a folder with the settings, the frames made (appended one after the other, each with its sum) and the state from which the next is
/// made (replaced in one step). Frames come before the state that follows from them; what is beyond the state, or cut off, is made again, and since a frame is a function of the state
/// before it, to the same bytes.
/// </summary>
internal sealed class FrameJournal : IDisposable
{
    private const uint Mark = 0x4A465652;   // "RVFJ"
    private const int HeadBytes = 40;
    private const string SettingsName = "run.json", FramesName = "frames.journal", StateName = "state.bin";

    private readonly FileStream _frames;
    private readonly List<(FrameNote Note, long Offset)> _records = [];
    private readonly FileStream _lock;

    private FrameJournal(string folder, FileStream held)
    {
        (Folder, _lock) = (folder, held);
        // without a buffer: what a full disk did not take must not be written once more when the file is closed
        _frames = new(Path.Combine(folder, FramesName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 0);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Where the run goes on; null at its beginning.</summary>
    public FrameState? State { get; private set; }

    /// <summary>What is known of the frames made, in order.</summary>
    public IReadOnlyList<FrameNote> Notes => [.. _records.Select(record => record.Note)];

    /// <summary>How many frames are made.</summary>
    public int Count => _records.Count;

    /// <summary>What is known of a frame made.</summary>
    /// <param name="index">Its place in the order in which they were made, from 0.</param>
    public FrameNote NoteAt(int index) => _records[index].Note;

    /// <summary>A frame made, as it lies here: in 8 bits.</summary>
    /// <param name="index">Its place in the order in which they were made, from 0.</param>
    /// <exception cref="ReverieException">It is damaged.</exception>
    public Picture ResultAt(int index)
    {
        var (note, offset) = _records[index];
        return Read(offset, out _) is { } record ? FrameBytes.ToPicture(Unpacked(record.Data, record.Height, record.Width), record.Height, record.Width) : throw Damaged(note);
    }

    /// <summary>The bytes of the frames made.</summary>
    public long Bytes => _frames.Length;

    /// <summary>Opens the journal of a run, or begins one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="settings">What the run is: a journal of another one is left alone.</param>
    /// <param name="force">Whether a journal of another run is replaced.</param>
    /// <exception cref="ReverieException">The folder holds something else, is used by another process, or cannot be written.</exception>
    public static FrameJournal Open(string folder, string settings, bool force)
    {
        try
        {
            var file = Path.Combine(folder, SettingsName);
            var held = File.Exists(file) ? File.ReadAllText(file) : null;
            if (held is null && !force && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) is not ("lock" or "frames" or PassesName or FramesName or StateName or PreviewName)))
                throw new ReverieException($"'{folder}' holds other files; the journal of this run goes there: move them away, or give another --output");
            if (held is not null && held != settings && !force)
                throw new ReverieException($"'{folder}' is the journal of a run with other settings, another source, network or number of threads; delete it, give another --output, or --force to begin anew");
            Directory.CreateDirectory(folder);
            var guard = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (held != settings)
            {
                foreach (var name in (string[])[FramesName, StateName]) File.Delete(Path.Combine(folder, name));
                if (Path.Combine(folder, PassesName) is var passes && Directory.Exists(passes)) Directory.Delete(passes, recursive: true);
                AtomicFile.Write(file, overwrite: true, stream => stream.Write(Encoding.UTF8.GetBytes(settings)));
            }
            var journal = new FrameJournal(folder, guard);
            journal.Recover();
            return journal;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the journal '{folder}' cannot be used ({exception.Message.ReplaceLineEndings(" ")}); is another reverie at work on it?", exception);
        }
    }

    /// <summary>The file that shows the frames so far.</summary>
    public const string PreviewName = "preview.mp4";

    /// <summary>The folder of the passes before the last.</summary>
    public const string PassesName = "passes";

    /// <summary>Adds a frame and the state after it.</summary>
    /// <exception cref="ReverieException">It cannot be written: the disk is full.</exception>
    public void Add(FrameState state)
    {
        var offset = _frames.Length;
        try
        {
            var (note, data) = (JsonSerializer.SerializeToUtf8Bytes(state.Note, VideoJson.Default.FrameNote), Packed(state.Result));
            var record = new byte[HeadBytes + note.Length + data.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(record, Mark);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), state.Result.Height);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), state.Result.Width);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), note.Length);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(16), data.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(24), Crc32.Append(Crc32.Append(0, note), data));
            note.CopyTo(record.AsSpan(HeadBytes));
            data.CopyTo(record.AsSpan(HeadBytes + note.Length));
            _frames.Position = offset;
            _frames.Write(record);
            _frames.Flush(flushToDisk: true);
        }
        catch (IOException exception)
        {
            throw new ReverieException($"the journal '{Folder}' cannot be written ({exception.Message.ReplaceLineEndings(" ")}); free some space", exception);
        }
        StateFile.Write(Path.Combine(Folder, StateName), state);
        _records.Add((state.Note, offset));
        State = state;
    }

    /// <summary>The frames made, in order, as [H,W,3] of 8 bits.</summary>
    public IEnumerable<(FrameNote Note, byte[] Rgb, int Height, int Width)> Frames()
    {
        foreach (var (note, offset) in _records)
            if (Read(offset, out _) is { } record) yield return (note, Unpacked(record.Data, record.Height, record.Width), record.Height, record.Width);
            else throw Damaged(note);
    }

    /// <summary>Removes the folder when the result is in its place.</summary>
    public void Remove()
    {
        Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frames.Dispose();
        _lock.Dispose();
    }

    private ReverieException Damaged(FrameNote note) => new($"frame {note.Number} in '{Folder}' is damaged; delete the folder to begin anew");

    // Keeps what is whole and what the state follows from; cuts off the rest.
    private void Recover()
    {
        State = StateFile.Read(Path.Combine(Folder, StateName));
        var offset = 0L;
        while (State is not null && Read(offset, out var next) is { } record)
        {
            var note = JsonSerializer.Deserialize(record.Note, VideoJson.Default.FrameNote)!;
            _records.Add((note, offset));
            offset = next;
            if (note.Number == State.Note.Number) break;
        }
        // a state whose frame is missing is of no use
        if (State is not null && (_records.Count == 0 || _records[^1].Note.Number != State.Note.Number))
        {
            State = null;
            _records.Clear();
            offset = 0;
        }
        if (_frames.Length != offset) _frames.SetLength(offset);
    }

    private (byte[] Note, byte[] Data, int Height, int Width)? Read(long offset, out long next)
    {
        next = offset;
        var head = new byte[HeadBytes];
        _frames.Position = offset;
        if (_frames.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes || BinaryPrimitives.ReadUInt32LittleEndian(head) != Mark) return null;
        var (height, width) = (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8)));
        var (noteLength, length) = (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)), BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16)));
        if (noteLength < 0 || length < 0 || length > int.MaxValue || _frames.Length - offset - HeadBytes < noteLength + length) return null;
        var (note, data) = (new byte[noteLength], new byte[length]);
        _frames.ReadExactly(note);
        _frames.ReadExactly(data);
        if (Crc32.Append(Crc32.Append(0, note), data) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(24))) return null;
        next = offset + HeadBytes + noteLength + length;
        return (note, data, height, width);
    }

    // Each row less the one above it, then deflated: without loss, and about as fast as the disk.
    private static byte[] Packed(Picture picture)
    {
        var bytes = FrameBytes.Of(picture);
        var stride = 3 * picture.Width;
        for (var index = bytes.Length - 1; index >= stride; index--) bytes[index] -= bytes[index - stride];
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest)) deflate.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Unpacked(byte[] data, int height, int width)
    {
        var bytes = new byte[3 * height * width];
        using (var inflate = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress)) inflate.ReadExactly(bytes);
        for (var index = 3 * width; index < bytes.Length; index++) bytes[index] += bytes[index - 3 * width];
        return bytes;
    }
}
