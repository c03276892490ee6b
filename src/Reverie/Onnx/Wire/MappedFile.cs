using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Reverie.Onnx.Wire;

/// <summary>
/// A file's content for reading: a small file's is copied, a large one is mapped into memory, and the mapping lives as long as a slice of it is reachable.
/// Where another program cuts a mapped file short, touching the missing pages would end the process (SIGBUS); so its length and time are looked at
/// whenever a span is asked for, which also tells when it was overwritten meanwhile. A file that is replaced by renaming harms nobody.
/// </summary>
internal sealed unsafe partial class MappedFile : MemoryManager<byte>
{
    // reading this much costs milliseconds, and such a file can then be cut or overwritten at will
    private const int CopiedBytes = 8 << 20;

    private static readonly ConditionalWeakTable<MappedFile, object> Mapped = [];

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly DateTime _written;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    private MappedFile(string path, SafeFileHandle handle, int length)
    {
        (_path, _handle, _length) = (path, handle, length);
        _written = File.GetLastWriteTimeUtc(handle);
        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
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

    /// <summary>The content of a file.</summary>
    /// <exception cref="ReverieException">It cannot be opened, is empty, or is larger than 2 GiB.</exception>
    public static ReadOnlyMemory<byte> Map(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new ReverieException($"{path} is a folder, not a model file");
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
            try
            {
                var length = RandomAccess.GetLength(handle);
                if (length == 0) throw new ReverieException($"{path} is empty");
                if (length > int.MaxValue)
                    throw new ReverieException($"{path} is larger than 2 GiB, the limit of the format; weights of that size belong in external data files");
                if (length > CopiedBytes) return new MappedFile(path, handle, (int)length).Memory;
                using (handle) return Copy(path, handle, (int)length);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
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
    /// <exception cref="ReverieException">The file has changed since it was opened.</exception>
    public override Span<byte> GetSpan()
    {
        EnsureUnchanged();
        return new(_start, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        EnsureUnchanged();
        return new(_start + elementIndex, default, this);
    }

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
        _handle.Dispose();
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

    private static byte[] Copy(string path, SafeFileHandle handle, int length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        for (var at = 0; at < length;)
        {
            var count = RandomAccess.Read(handle, bytes.AsSpan(at), at);
            at += count > 0 ? count : throw Changed(path);
        }
        return bytes;
    }

    private void EnsureUnchanged()
    {
        if (RandomAccess.GetLength(_handle) != _length || File.GetLastWriteTimeUtc(_handle) != _written) throw Changed(_path);
    }

    private static ReverieException Changed(string path) => new($"{path} was changed by another program while it was read; try again when that has ended");
}
