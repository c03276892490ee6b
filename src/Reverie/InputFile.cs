namespace Reverie;

/// <summary>Opens a file of the user's for reading, turning every way in which that fails into one clear line.</summary>
internal static class InputFile
{
    /// <summary>Opens <paramref name="path"/>, a regular file that is not empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What it should hold, for the messages: "picture", "array".</param>
    /// <exception cref="ReverieException">The file is missing, a folder, empty, no regular file, or may not be read.</exception>
    public static FileStream Open(string path, string kind)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new ReverieException($"the {kind}'s path is empty or not a path; give a file name");
        if (Directory.Exists(path)) throw new ReverieException($"'{path}' is a folder; give one {kind} file in it");
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            if (!stream.CanSeek) throw new ReverieException($"'{path}' is a pipe or device; save the {kind} to a file first");
            if (stream.Length == 0) throw new ReverieException($"'{path}' is empty; give a file that holds a {kind}");
            return stream;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ReverieException($"'{path}' does not exist; check the name and the folder", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ReverieException($"'{path}' may not be read by you; change its permissions or copy it", e);
        }
        catch (IOException e)
        {
            throw new ReverieException($"cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (ReverieException)
        {
            stream?.Dispose();
            throw;
        }
    }
}
