using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Reverie.Onnx.Wire;

/// <summary>A file mapped into memory for reading; the mapping lives as long as a slice of it is reachable.</summary>
internal sealed unsafe partial class MappedFile : MemoryManager<byte>
{
    private static readonly ConditionalWeakTable<MappedFile, object> Mapped = [];

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    private MappedFile(MemoryMappedFile file, MemoryMappedViewAccessor view, int length)
    {
        (_file, _view, _length) = (file, view, length);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        Mapped.Add(this, Mapped);
    }

    /// <summary>Lets go of the pages of all mapped files, which are read again from the file where they are needed. Does nothing on Windows.</summary>
    public static void DropPages()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        const int DontNeed = 4; // MADV_DONTNEED, of both systems
        foreach (var (file, _) in Mapped) file.Advise(DontNeed);
    }

    /// <summary>Maps a file whole.</summary>
    /// <exception cref="ReverieException">It cannot be opened, is empty, or is larger than 2 GiB.</exception>
    public static ReadOnlyMemory<byte> Map(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new ReverieException($"{path} is a folder, not a model file");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length == 0) throw new ReverieException($"{path} is empty");
            if (stream.Length > int.MaxValue)
                throw new ReverieException($"{path} is larger than 2 GiB, the limit of the format; weights of that size belong in external data files");
            var length = (int)stream.Length;
            var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length).Memory;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ReverieException($"{path} does not exist", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ReverieException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(_start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex, default, this);

    /// <inheritdoc/>
    public override void Unpin() { }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The view's own finalizer unmaps it; only an explicit disposal does so early.
        if (!disposing) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    // The handle is held meanwhile: another thread may be about to unmap the file, and something else may then lie at its place.
    private void Advise(int advice)
    {
        var (handle, held) = (_view.SafeMemoryMappedViewHandle, false);
        try
        {
            handle.DangerousAddRef(ref held);
            var start = (nuint)_start & ~((nuint)Environment.SystemPageSize - 1);
            _ = Advise((void*)start, (nuint)_start - start + (nuint)_length, advice); // where advice is not taken, the pages stay
        }
        catch (ObjectDisposedException)
        {
            // unmapped already: there is nothing to let go of
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
