using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Reverie.Imaging;

/// <summary>
/// Planes in a file of the temporary folder, read and written by calls and not mapped, so that they take no memory of the process. The file is gone when the store is, and on
/// Unix already as soon as it is open: nothing is left behind even if the process is killed.
/// </summary>
internal sealed class ScratchPlanes : PlaneStore
{
    private readonly SafeFileHandle _file;

    /// <summary>Makes planes of zeros, for which the disk must have room.</summary>
    /// <exception cref="ReverieException">The temporary folder cannot be written, or has too little room.</exception>
    public ScratchPlanes(int height, int width) : base(height, width)
    {
        var folder = Path.GetTempPath();
        Require(folder);
        var path = Path.Combine(folder, $"reverie-{Guid.NewGuid():N}.scratch");
        try
        {
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            RandomAccess.SetLength(_file, Count * sizeof(float));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw Failure(exception);
        }
    }

    public override void Read(long place, Span<float> values)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var at = place * sizeof(float);
        try
        {
            while (!bytes.IsEmpty)
            {
                var read = RandomAccess.Read(_file, bytes, at);
                if (read == 0) throw new EndOfStreamException("the scratch file is shorter than it was made");
                bytes = bytes[read..];
                at += read;
            }
        }
        catch (IOException exception)
        {
            throw Failure(exception);
        }
    }

    public override void Write(long place, ReadOnlySpan<float> values)
    {
        try
        {
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(values), place * sizeof(float));
        }
        catch (IOException exception)
        {
            throw Failure(exception);
        }
    }

    // A file cut to nothing and made long again reads as zeros, and nothing is written for them.
    public override void Clear()
    {
        try
        {
            RandomAccess.SetLength(_file, 0);
            RandomAccess.SetLength(_file, Count * sizeof(float));
        }
        catch (IOException exception)
        {
            throw Failure(exception);
        }
    }

    public override void Dispose() => _file.Dispose();

    private void Require(string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < Count * sizeof(float))
            throw new ReverieException(FormattableString.Invariant(
                $"the temporary folder {folder} has {free / 1e9:0.0} GB free, but a scratch file for {Width} x {Height} pixels needs {Count * sizeof(float) / 1e9:0.0} GB; free some space, or set TMPDIR to a folder with more"));
    }

    private static ReverieException Failure(Exception exception) =>
        new($"the scratch file in {Path.GetTempPath()} cannot be used: {exception.Message.ReplaceLineEndings(" ")}; free some space there, or set TMPDIR to another folder", exception);
}
