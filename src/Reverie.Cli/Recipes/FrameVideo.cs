using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Reverie.Cli.Recipes;

/// <summary>Makes a video of a folder's frames, with the ffmpeg of the machine.</summary>
internal static class FrameVideo
{
    /// <summary>Refuses, before any work, a video that cannot be made.</summary>
    /// <exception cref="ReverieException">There is no ffmpeg.</exception>
    public static void EnsureTool()
    {
        using var trial = Start(["-version"], null);
        trial.StandardOutput.ReadToEnd();
        trial.WaitForExit();
    }

    /// <summary>Encodes frames; the video is written whole or not at all.</summary>
    /// <param name="folder">The folder with <c>frame-000000.png</c> and on.</param>
    /// <param name="frames">How many.</param>
    /// <param name="framesPerSecond">The rate.</param>
    /// <param name="output">The file; its extension says the format.</param>
    /// <param name="comment">A text that the video carries.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    /// <param name="cancellation">Ends the encoding.</param>
    /// <exception cref="ReverieException">ffmpeg fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Encode(string folder, int frames, double framesPerSecond, string output, string comment, bool force, CancellationToken cancellation)
    {
        var extension = Path.GetExtension(output);
        var temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output))!, $".{Guid.NewGuid():N}.reverie-tmp{extension}");
        string[] codec = extension.Equals(".webm", StringComparison.OrdinalIgnoreCase) ? ["-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0"] : ["-c:v", "libx264", "-crf", "16", "-movflags", "+faststart"];
        try
        {
            // players want even sides and colours of 4:2:0
            using var process = Start(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-framerate", framesPerSecond.ToString("0.######", CultureInfo.InvariantCulture), "-start_number", "0", "-i", "frame-%06d.png",
                "-frames:v", frames.ToString(CultureInfo.InvariantCulture), "-vf", "crop=floor(iw/2)*2:floor(ih/2)*2", .. codec, "-pix_fmt", "yuv420p", "-metadata", $"comment={comment}", temporary], folder);
            using var stop = cancellation.Register(() => process.Kill());
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            if (process.ExitCode != 0) throw new ReverieException($"ffmpeg could not make '{output}' ({errors.Trim().ReplaceLineEndings(" ")}); the frames are in {folder}");
            File.Move(temporary, output, force);
        }
        catch (IOException exception)
        {
            throw new ReverieException($"'{output}' cannot be written: {exception.Message.ReplaceLineEndings(" ")}; the frames are in {folder}", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static Process Start(IEnumerable<string> arguments, string? folder)
    {
        var start = new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new ReverieException("videos are made by ffmpeg, which is not installed here; install it, or give a folder for the frames", exception);
        }
    }
}
