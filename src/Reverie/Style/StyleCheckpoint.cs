using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Reverie.Style;

/// <summary>
/// A file that holds the state of a run, so that it can be paused and go on as if there had been no pause: byte for byte the same picture on one thread. It is written from time to
/// time and when the run is cancelled, whole or not at all.
/// </summary>
/// <remarks>
/// What is kept: the settings, a memo of the caller's, the picture in progress, the optimiser's memory (L-BFGS' pairs, or Adam's moments and average), and the objective so far. Pictures and
/// network are not kept but known by their SHA-256; a run of others is refused. A SHA-256 over the file tells damage.
/// </remarks>
/// <param name="file">The file.</param>
public sealed class StyleCheckpoint(string file)
{
    private const int Version = 1, HashBytes = 32, LongestText = 1 << 24;

    // Writing may take this share of the time at most.
    private const double LargestShare = 0.05;

    private static readonly byte[] Magic = "RVSTYLE1"u8.ToArray();
    private long _last = Stopwatch.GetTimestamp();
    private TimeSpan _cost;

    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>How long to wait at least from one writing to the next. Large states are written less often, so that they cost at most a twentieth of the time.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A text to keep in the file for whoever resumes the run.</summary>
    public string Memo { get; init; } = "";

    /// <summary>Whether the run begins from what the file holds.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether the file has been written, by this object.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>The settings and the memo in a file.</summary>
    /// <exception cref="ReverieException">It is no checkpoint, damaged, or of another version.</exception>
    public static (StyleTransfer Settings, string Memo) Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var reader = Open(file);
        return Guard(file, () => (StyleSettings.FromJson(System.Text.Json.JsonDocument.Parse(Text(reader)).RootElement), Text(reader)));
    }

    /// <summary>Whether it is time to write again.</summary>
    internal bool IsDue
    {
        get
        {
            var passed = Stopwatch.GetElapsedTime(_last);
            return passed >= Every && passed * LargestShare >= _cost;
        }
    }

    /// <summary>Writes the state of a run.</summary>
    /// <param name="settings">The run's.</param>
    /// <param name="fingerprint">What tells its network and pictures from others.</param>
    /// <param name="write">Writes the state.</param>
    internal void Write(StyleTransfer settings, string fingerprint, Action<BinaryWriter> write)
    {
        var start = Stopwatch.GetTimestamp();
        AtomicFile.Write(File, Resume || IsWritten, stream =>
        {
            using var hash = SHA256.Create();
            using (var hashing = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
            using (var writer = new BinaryWriter(hashing, Encoding.UTF8, leaveOpen: true))
            {
                writer.Write(Magic);
                writer.Write(Version);
                writer.Write(StyleSettings.ToJson(settings).GetRawText());
                writer.Write(Memo);
                writer.Write(fingerprint);
                write(writer);
            }
            stream.Write(hash.Hash!);
        });
        (IsWritten, _cost, _last) = (true, Stopwatch.GetElapsedTime(start), Stopwatch.GetTimestamp());
    }

    /// <summary>Reads the state of a run.</summary>
    /// <param name="settings">The settings of the run that goes on.</param>
    /// <param name="fingerprint">Its network and pictures.</param>
    /// <param name="read">Reads what was written.</param>
    /// <exception cref="ReverieException">The file is damaged, or of another run.</exception>
    internal void Read(StyleTransfer settings, string fingerprint, Action<BinaryReader> read)
    {
        using var reader = Open(File);
        Guard(File, () =>
        {
            if (Text(reader) != StyleSettings.ToJson(settings).GetRawText()) throw new ReverieException($"{File} was written by a run of other settings; go on with the same ones");
            _ = Text(reader);
            if (Text(reader) != fingerprint) throw new ReverieException($"{File} was written by a run of other pictures or another network; go on with the same ones");
            read(reader);
            return true;
        });
    }

    // The whole file is checked before any of it is believed.
    private static BinaryReader Open(string file)
    {
        FileStream stream;
        try
        {
            stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ReverieException($"the checkpoint '{file}' cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        try
        {
            Guard(file, () =>
            {
                var start = new byte[Magic.Length + sizeof(int)];
                if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                    throw new ReverieException($"'{file}' is no checkpoint of a style transfer");
                if (BitConverter.ToInt32(start, Magic.Length) is var version && version != Version) throw new ReverieException($"the checkpoint '{file}' is of version {version}; this program knows version {Version}");
                Verify(stream);
                stream.Position = start.Length;
                return true;
            });
            return new(stream, Encoding.UTF8);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static void Verify(FileStream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        stream.Position = 0;
        for (var left = stream.Length - HashBytes; left > 0;)
        {
            var count = (int)Math.Min(left, buffer.Length);
            stream.ReadExactly(buffer, 0, count);
            hash.AppendData(buffer, 0, count);
            left -= count;
        }
        var recorded = new byte[HashBytes];
        stream.ReadExactly(recorded);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(recorded)) throw new InvalidDataException("its hash is another");
    }

    private static string Text(BinaryReader reader)
    {
        var text = reader.ReadString();
        return text.Length <= LongestText ? text : throw new InvalidDataException("a text is too long");
    }

    private static T Guard<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException or FormatException or DecoderFallbackException or System.Text.Json.JsonException)
        {
            throw new ReverieException($"the checkpoint '{file}' is damaged or cut off", exception);
        }
        catch (IOException exception)
        {
            throw new ReverieException($"the checkpoint '{file}' cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
