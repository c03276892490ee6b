namespace Reverie;

/// <summary>
/// Writes a file whole or not at all: the content goes to a temporary file in the same folder, reaches the disk, and is then renamed over the
/// target in one step, so that neither a crash nor a full disk nor Ctrl-C leaves a half-written file or costs the user the one that was there.
/// </summary>
public static class AtomicFile
{
    private const int FullDiskUnix = 28;                              // ENOSPC, the raw errno that .NET keeps in HResult
    private const int QuotaUnix = 122;                                // EDQUOT
    private const int FullDiskWindows = unchecked((int)0x80070070);   // ERROR_DISK_FULL

    /// <summary>
    /// Refuses, before any work is done, a target that <see cref="Write"/> would refuse: an existing file without
    /// <paramref name="overwrite"/>, a folder, a device, or a folder that is missing or takes no files.
    /// </summary>
    /// <exception cref="ReverieException">The target cannot be written; the message says why.</exception>
    public static void EnsureWritable(string path, bool overwrite = false)
    {
        var target = Check(path, overwrite);
        // Rights, read-only disks and quotas have too many reasons to be asked for one by one: a file is made, and gone again.
        Guard(path, target, overwrite, () =>
        {
            using var trial = new FileStream(TemporaryBeside(target), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        });
    }

    /// <summary>The path whose content will be replaced, after what can be told without touching the disk's content.</summary>
    private static string Check(string path, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path.Contains('\0')) throw new ReverieException("the output path is empty or not a path; give a file name");
        if (Directory.Exists(path)) throw new ReverieException($"cannot write '{path}': it is a folder; give the name of a file in it");
        var full = Path.GetFullPath(path);
        if (IsDevice(full)) throw Device(path);
        if (!overwrite && File.Exists(path))
            throw new ReverieException($"'{path}' exists already and is not overwritten; choose another name or ask for overwriting (--force)");
        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder)) throw new ReverieException($"cannot write '{path}': the folder '{folder}' does not exist; create it first");
        return FollowLink(full) is var target && IsDevice(target) ? throw Device(path) : target;
    }

    // A rename would replace the device node itself (as root even /dev/null).
    private static bool IsDevice(string full) => !OperatingSystem.IsWindows() && full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static ReverieException Device(string path) => new($"cannot write '{path}': it is a device; give the name of a file");

    /// <summary>Writes <paramref name="path"/> by handing a stream to <paramref name="write"/>.</summary>
    /// <param name="path">The target; its folder must exist.</param>
    /// <param name="overwrite">Whether an existing file is replaced; by default it is refused.</param>
    /// <param name="write">Writes the content into the stream (seekable, positioned at 0). What it throws leaves the target untouched.</param>
    /// <exception cref="ReverieException">The file exists, the folder is missing, access is denied, or the disk is full.</exception>
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = Check(path, overwrite);
        var temporary = TemporaryBeside(target);
        var renamed = false;
        try
        {
            Guard(path, target, overwrite, () =>
            {
                using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }
                File.Move(temporary, target, overwrite);
                renamed = true;
            });
        }
        finally
        {
            if (!renamed) RemoveQuietly(temporary);
        }
    }

    /// <summary>Turns every way in which writing fails into one line.</summary>
    private static void Guard(string path, string target, bool overwrite, Action write)
    {
        try
        {
            write();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ReverieException($"cannot write '{path}': access is denied; choose a folder that you may write to", e);
        }
        catch (IOException e) when (e.HResult is FullDiskUnix or QuotaUnix or FullDiskWindows)
        {
            throw new ReverieException($"cannot write '{path}': the disk is full or your quota is reached; free some space or choose another folder", e);
        }
        catch (IOException e) when (!overwrite && File.Exists(target))
        {
            throw new ReverieException($"'{path}' has come into being meanwhile and is not overwritten; choose another name", e);
        }
        catch (IOException e)
        {
            throw new ReverieException($"cannot write '{path}': {OneLine(e.Message)}; choose another folder", e);
        }
    }

    private static string TemporaryBeside(string target) => Path.Combine(Path.GetDirectoryName(target)!, $".{Guid.NewGuid():N}.reverie-tmp");

    /// <summary>A link stays a link: what it points to is replaced.</summary>
    private static string FollowLink(string path) =>
        File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } final ? final.FullName : path;

    /// <summary>Runs while another exception is on its way, which must not be hidden by a failure to clean up after it.</summary>
    private static void RemoveQuietly(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The exception already under way tells the user what went wrong with this file.
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
