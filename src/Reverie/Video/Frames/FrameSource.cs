using Reverie.Imaging;

namespace Reverie.Video.Frames;

/// <summary>Where frames come from: a video file, through ffmpeg, or a folder of pictures in the order of the numbers in their names.</summary>
public static class FrameSource
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

    /// <summary>What is known of a video file or a folder of pictures.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="framesPerSecond">The rate of a folder's pictures; null for 25.</param>
    /// <exception cref="ReverieException">It is missing, holds no frames, or ffmpeg is not installed.</exception>
    public static VideoInfo Probe(string path, Rational? framesPerSecond = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path)) return VideoProbe.Read(path);
        var pictures = Directory.EnumerateFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(NaturalOrder.Instance).ToList();
        if (pictures.Count == 0) throw new ReverieException($"'{path}' holds no pictures; give a folder of frames, or a video");
        var (first, rate) = (Picture.Load(pictures[0]), framesPerSecond ?? new(25, 1));
        return new() { Path = path, Height = first.Height, Width = first.Width, TimeBase = new(rate.Denominator, rate.Numerator), FrameRate = rate, Frames = pictures.Count, Pictures = pictures };
    }

    /// <summary>The frames in order, at a size.</summary>
    /// <param name="info">The video.</param>
    /// <param name="height">Rows to scale to.</param>
    /// <param name="width">Columns.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ReverieException">A frame cannot be read.</exception>
    public static IEnumerable<VideoFrame> Read(VideoInfo info, int height, int width, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Pictures is { } pictures ? Pictures(info, pictures, height, width, cancellation) : FrameReader.Read(info, height, width, cancellation);
    }

    private static IEnumerable<VideoFrame> Pictures(VideoInfo info, IReadOnlyList<string> files, int height, int width, CancellationToken cancellation)
    {
        for (var number = 0; number < files.Count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var picture = Picture.Load(files[number]).Flatten(0, 0, 0);
            if ((picture.Height, picture.Width) != (info.Height, info.Width))
                throw new ReverieException($"'{files[number]}' is {picture.Width} x {picture.Height}, but the first picture is {info.Width} x {info.Height}; frames must be of one size");
            yield return new(number, number, (height, width) == (picture.Height, picture.Width) ? picture : picture.Resize(height, width));
        }
    }

    /// <summary>frame-2 before frame-10.</summary>
    private sealed class NaturalOrder : IComparer<string>
    {
        public static readonly NaturalOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            var (a, b) = (x ?? "", y ?? "");
            while (a.Length > 0 && b.Length > 0)
            {
                var (p, q) = (Digits(a), Digits(b));
                var numbers = p > 0 && q > 0;
                // numbers are compared by their value: by their length once leading zeros are gone
                var (u, v) = numbers ? (a[..p].TrimStart('0'), b[..q].TrimStart('0')) : (a[..1], b[..1]);
                if (numbers && u.Length != v.Length) return u.Length - v.Length;
                if (string.CompareOrdinal(u, v) is var order && order != 0) return order;
                (a, b) = (a[(numbers ? p : 1)..], b[(numbers ? q : 1)..]);
            }
            return a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(x, y);
        }

        private static int Digits(string text) => text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? text.Length : end;
    }
}
