using System.Globalization;
using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>A folder of frames as the output of a video: <c>frame-000000.png</c> and on; there as a whole, or not at all.</summary>
/// <param name="scratch">Where they are until all are there.</param>
internal sealed class FramesFolder(string scratch)
{
    private int _count;

    /// <summary>Refuses a folder that holds something.</summary>
    /// <exception cref="ReverieException">It is not empty, or a file.</exception>
    public static void EnsureFree(string path, bool overwrite)
    {
        if (Path.GetExtension(path).Length is > 1 and <= 5 && !Directory.Exists(path)) throw new ReverieException($"'{path}' is no video that can be written: take .mp4, .mkv, .mov, .webm or .gif, or a folder for the frames");
        if (File.Exists(path)) throw new ReverieException($"'{path}' is a file; give a video (.mp4, .mkv, .mov, .webm, .gif) or a folder for the frames");
        if (!overwrite && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()) throw new ReverieException($"the folder '{path}' is not empty; give another one, or --force");
    }

    /// <summary>Writes a frame, where no one takes it for the result yet.</summary>
    public void Write(ReadOnlySpan<byte> rgb, int height, int width)
    {
        Directory.CreateDirectory(scratch);
        FrameBytes.ToPicture(rgb, height, width).Save(Path.Combine(scratch, string.Create(CultureInfo.InvariantCulture, $"frame-{_count++:D6}.png")), overwrite: true);
    }

    /// <summary>Puts the frames in their place.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="overwrite">Whether files there are replaced.</param>
    /// <exception cref="ReverieException">The folder has been filled meanwhile, or cannot be written.</exception>
    public void Finish(string path, bool overwrite)
    {
        EnsureFree(path, overwrite);
        try
        {
            if (Directory.Exists(path))
            {
                foreach (var file in Directory.EnumerateFiles(scratch)) File.Move(file, Path.Combine(path, Path.GetFileName(file)), overwrite);
                return;
            }
            Directory.Move(scratch, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the frames cannot be put into '{path}': {exception.Message.ReplaceLineEndings(" ")}; they are in '{scratch}'", exception);
        }
    }
}
