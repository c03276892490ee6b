using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Reverie.Video.Frames;

/// <summary>
/// Reads the frames of a video file through ffmpeg's pipe, each with its own time: ffmpeg's <c>showinfo</c> tells the times beside the raw frames, so that variable rates are kept to
/// the tick. Frames are turned as players turn them, and read with the file's own colour matrix.
/// </summary>
internal static partial class FrameReader
{
    private const int MostErrors = 20;

    /// <summary>Reads the frames in order; the process ends with the enumeration.</summary>
    /// <exception cref="ReverieException">ffmpeg fails before the end of the video.</exception>
    public static IEnumerable<VideoFrame> Read(VideoInfo info, int height, int width, CancellationToken cancellation)
    {
        var matrix = info.ColourMatrix is { } known ? $":in_color_matrix={known}" : "";
        using var process = Ffmpeg.Start("ffmpeg", ["-hide_banner", "-nostats", "-nostdin", "-loglevel", "level+info", "-i", VideoProbe.Protected(info.Path),
            "-map", $"0:{info.FrameStream}", "-vf", $"scale={width}:{height}:flags=lanczos+accurate_rnd+full_chroma_int{matrix},format=rgb24,showinfo=checksum=0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]);
        process.StandardInput.Close();
        using var times = new BlockingCollection<long?>();
        var errors = new ConcurrentQueue<string>();
        var listening = Task.Run(() => Listen(process.StandardError, times, errors), CancellationToken.None);
        try
        {
            using var stop = cancellation.Register(() => Ffmpeg.End(process));
            var bytes = new byte[3 * height * width];
            var stream = process.StandardOutput.BaseStream;
            var (first, last, number) = ((long?)null, -1L, 0);
            for (; ; number++)
            {
                var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                cancellation.ThrowIfCancellationRequested();
                if (read < bytes.Length) break;
                // a stream without times goes on at its rate; time never stands still or runs back
                var told = times.TryTake(out var taken, TimeSpan.FromSeconds(30)) ? taken : null;
                first ??= told ?? 0;
                var time = told - first ?? last + Math.Max(1, (long)Math.Round(1 / (info.FrameRate.Value * info.TimeBase.Value)));
                last = Math.Max(last + 1, time);
                yield return new(number, last, FrameBytes.ToPicture(bytes, height, width));
            }
            process.WaitForExit();
            // what ffmpeg says must have been heard
            listening.Wait(CancellationToken.None);
            // of a file that is cut off, ffmpeg reads what is there and calls it well
            if (process.ExitCode != 0 || last < 0 || number < info.Frames && !errors.IsEmpty)
                throw new ReverieException($"'{info.Path}' cannot be read beyond frame {number} of {info.Frames} ({errors.FirstOrDefault() ?? "ffmpeg ended without a reason"}); check it (ffmpeg -v error -i FILE -f null -), or write what is there into a new file (ffmpeg -i FILE -crf 12 NEW)");
        }
        finally
        {
            Ffmpeg.End(process);
            listening.Wait(CancellationToken.None);
        }
    }

    private static void Listen(StreamReader messages, BlockingCollection<long?> times, ConcurrentQueue<string> errors)
    {
        while (messages.ReadLine() is { } line)
        {
            if (Shown().Match(line) is { Success: true } match)
                times.Add(long.TryParse(match.Groups[1].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time) ? time : null);
            else if (line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal))
            {
                // the first says what is wrong
                if (errors.Count < MostErrors) errors.Enqueue(line.Trim());
            }
        }
        times.CompleteAdding();
    }

    [GeneratedRegex(@"showinfo.*\bn: *\d+ +pts: *(-?\d+|NOPTS)")]
    private static partial Regex Shown();
}
