using System.Diagnostics;
using System.Globalization;

namespace Reverie.Video.Frames;

/// <summary>
/// Encodes frames into a video file through ffmpeg's pipe, with the other streams, the metadata and the chapters of the source. The file is there whole when <see cref="Finish"/> has
/// returned, and not at all before.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    private readonly string _output;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly VideoInfo _source;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Stream _pipe;
    private readonly RawMatroska _frames;
    private bool _finished;

    /// <summary>Starts to encode.</summary>
    /// <param name="output">The file.</param>
    /// <param name="plan">How, as <see cref="OutputPlan.For"/> has planned it.</param>
    /// <param name="source">The source of the other streams and of the time base.</param>
    /// <param name="height">Rows of the frames.</param>
    /// <param name="width">Columns.</param>
    /// <param name="range">The part of the source, in seconds from its first frame, that the frames are; null for all.</param>
    /// <param name="comment">A text that the file carries; null for none.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="ReverieException">The file cannot be written, or there is no ffmpeg.</exception>
    public VideoWriter(string output, OutputPlan plan, VideoInfo source, int height, int width, (double From, double To)? range = null, string? comment = null, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(source);
        AtomicFile.EnsureWritable(output, overwrite);
        (_output, _source, _overwrite) = (output, source, overwrite);
        var container = Path.GetExtension(output).ToLowerInvariant();
        _temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output))!, $".{Guid.NewGuid():N}.reverie-tmp{container}");
        var start = source.StartTicks * source.TimeBase.Value;
        // the other streams keep their distance from the frames
        string[] shift = range is null && start > 0 ? ["-itsoffset", Seconds(start)] : [];
        string[] other = source.Pictures is not null || plan.StreamArguments.Count == 0 && container == ".gif" ? []
            : [.. range is var (from, to) ? ["-ss", Seconds(start + from), "-t", Seconds(to - from)] : Array.Empty<string>(), "-i", VideoProbe.Protected(source.Path)];
        string[] mapped = other.Length == 0 ? [] : [.. plan.StreamArguments, "-map_metadata", "1", "-map_chapters", range is null ? "1" : "-1"];
        string[] clock = source.TimeBase.Numerator == 1 && container is ".mp4" or ".m4v" or ".mov" ? ["-video_track_timescale", source.TimeBase.Denominator.ToString(CultureInfo.InvariantCulture)] : [];
        string[] aspect = source.PixelAspect.Value == 1 ? [] : ["-aspect", Seconds((double)width / height * source.PixelAspect.Value)];
        _process = Ffmpeg.Start("ffmpeg", ["-hide_banner", "-nostats", "-loglevel", "error", "-y", .. shift, "-f", "matroska", "-i", "pipe:0", .. other, "-map", "0:v:0", .. mapped,
            .. plan.EncoderArguments(container), "-fps_mode:v:0", "passthrough", "-enc_time_base", $"{source.TimeBase.Numerator}:{source.TimeBase.Denominator}", .. clock, .. aspect,
            "-max_interleave_delta", "0", .. comment is null ? Array.Empty<string>() : ["-metadata", $"comment={comment}"], _temporary]);
        _ = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
        _pipe = new BufferedStream(_process.StandardInput.BaseStream, 1 << 20);
        _frames = Guarded(() => new RawMatroska(_pipe, height, width, source.FrameRate));
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="rgb">[H,W,3], 8 bits each.</param>
    /// <param name="time">When it is shown, in ticks of the source's time base after the first frame of the output.</param>
    /// <param name="ticks">How long, in ticks.</param>
    /// <exception cref="ReverieException">ffmpeg has ended.</exception>
    public void Write(ReadOnlySpan<byte> rgb, long time, long ticks)
    {
        var nano = new Rational(1, 1_000_000_000);
        var (at, end) = (Rational.Rescale(time, _source.TimeBase, nano), Rational.Rescale(time + ticks, _source.TimeBase, nano));
        try
        {
            _frames.Write(rgb, at, end - at);
        }
        catch (IOException exception)
        {
            throw Died(exception);
        }
    }

    /// <summary>Ends the file and puts it in its place.</summary>
    /// <exception cref="ReverieException">ffmpeg failed, or the name was taken meanwhile.</exception>
    public void Finish(CancellationToken cancellation = default)
    {
        using (cancellation.Register(() => Ffmpeg.End(_process)))
        {
            Guarded(() =>
            {
                _pipe.Flush();
                _process.StandardInput.Close();
                return true;
            });
            _process.WaitForExit();
        }
        cancellation.ThrowIfCancellationRequested();
        if (_process.ExitCode != 0) throw Died(null);
        try
        {
            File.Move(_temporary, _output, _overwrite);
        }
        catch (IOException exception)
        {
            throw new ReverieException($"'{_output}' cannot be written: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        _finished = true;
    }

    /// <summary>Ends the process; what was not finished is gone.</summary>
    public void Dispose()
    {
        if (!_finished) Ffmpeg.End(_process);
        _process.Dispose();
        File.Delete(_temporary);
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException exception)
        {
            throw Died(exception);
        }
    }

    private ReverieException Died(Exception? cause)
    {
        Ffmpeg.End(_process);
        var reason = VideoProbe.Reason(_errors.GetAwaiter().GetResult());
        return new ReverieException($"ffmpeg could not make '{_output}': {reason}", cause ?? new IOException(reason));
    }

    private static string Seconds(double seconds) => seconds.ToString("0.##########", CultureInfo.InvariantCulture);
}
