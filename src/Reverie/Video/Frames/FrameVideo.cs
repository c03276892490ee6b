using System.Globalization;

namespace Reverie.Video.Frames;

/// <summary>Makes a video of a folder's frames, coded and tagged as every video of Reverie's.</summary>
public static class FrameVideo
{
    /// <summary>Refuses, before any work, a video that cannot be made.</summary>
    /// <exception cref="ReverieException">There is no ffmpeg.</exception>
    public static void EnsureTool() => Ffmpeg.EnsureInstalled("ffmpeg");

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
        try
        {
            using var process = Ffmpeg.Start("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-framerate", framesPerSecond.ToString("0.######", CultureInfo.InvariantCulture), "-start_number", "0", "-i", "frame-%06d.png",
                "-frames:v", frames.ToString(CultureInfo.InvariantCulture), .. OutputPlan.Usual(output).EncoderArguments(extension.ToLowerInvariant()), "-metadata", $"comment={comment}", temporary], folder);
            process.StandardInput.Close();
            using var stop = cancellation.Register(() => Ffmpeg.End(process));
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
}
