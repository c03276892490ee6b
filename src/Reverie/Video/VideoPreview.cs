using System.Diagnostics;
using System.Globalization;
using Reverie.Imaging;
using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>A small video of the frames so far, which plays while the others are made: it is in fragments, each of them complete. It is a convenience, and nothing waits for it.</summary>
internal sealed class VideoPreview : IDisposable
{
    private const int LongSide = 320;
    private readonly Process _process;
    private readonly int _height, _width;
    private bool _ended;

    /// <summary>Begins it anew.</summary>
    public VideoPreview(string path, int height, int width, double framesPerSecond)
    {
        var (h, w) = Fit.LongSide(height, width, Math.Min(LongSide, Math.Max(height, width)));
        (_height, _width) = (Math.Max(2, h / 2 * 2), Math.Max(2, w / 2 * 2));
        _process = Ffmpeg.Start("ffmpeg", ["-hide_banner", "-nostats", "-loglevel", "quiet", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{_width}x{_height}", "-r", framesPerSecond.ToString("0.######", CultureInfo.InvariantCulture),
            "-i", "pipe:0", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "10", "-threads", "1", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-flush_packets", "1", path]);
        _ = _process.StandardOutput.ReadToEndAsync();
        _ = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Adds a frame.</summary>
    public void Add(Picture picture)
    {
        if (_ended) return;
        try
        {
            _process.StandardInput.BaseStream.Write(FrameBytes.Of(picture.Resize(_height, _width, ResampleKernel.Bilinear)));
            _process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // without its ffmpeg there is no preview; the frames themselves are in the journal
            _ended = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(5000)) Ffmpeg.End(_process);
        }
        catch (IOException)
        {
            Ffmpeg.End(_process);
        }
        _process.Dispose();
    }
}
