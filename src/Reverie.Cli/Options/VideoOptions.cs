using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Imaging;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Cli.Options;

/// <summary>The options that the ways to make a video share: which frames, how large, and how they are encoded.</summary>
internal sealed class VideoOptions
{
    /// <summary>Frames with a longer side are made at this one, unless --size says otherwise.</summary>
    private const int DefaultLongSide = 640;

    private const int PreviewLongSide = 320, PreviewEvery = 10;

    private readonly Option<string?> _size = new("--size", "-s") { Description = "The longer side of the frames in pixels, or 'full' for the video's own. Without it: its own, but at most 640", HelpName = "PIXELS|full" };
    private readonly Option<(double From, double? To)?> _range = new("--range")
    {
        Description = "Only this part, such as 00:10-00:20, 12.5-14 or 1:30-",
        HelpName = "FROM-TO",
        CustomParser = result =>
        {
            if (result.Tokens is [{ Value: var text }] && Range(text) is { } range) return range;
            result.AddError($"--range takes two times, such as 00:10-00:20 or 12.5-14, not '{string.Join(' ', result.Tokens.Select(token => token.Value))}'");
            return null;
        },
    };
    private readonly Option<bool> _preview = new("--preview") { Description = "Every 10th frame, at most 320 pixels large: what it will look like" };
    private readonly Option<VideoCodec?> _codec = ChoiceOption.Create("--codec", "How frames are encoded; without it what the container usually holds",
        ("h264", VideoCodec.H264), ("h265", VideoCodec.H265), ("vp9", VideoCodec.Vp9), ("av1", VideoCodec.Av1), ("prores", VideoCodec.Prores), ("ffv1", VideoCodec.Ffv1), ("gif", VideoCodec.Gif));
    private readonly Option<string?> _fps = new("--fps") { Description = "Frames in a second where the input is a folder of pictures, such as 25 or 30000/1001; without it 25", HelpName = "RATE" };
    private readonly Option<VideoBaseline?> _baseline = ChoiceOption.Create("--baseline", "Do as other programs do, for comparison: every frame for itself, or each beginning half-way from the last result",
        ("framewise", VideoBaseline.Framewise), ("blend", VideoBaseline.Blend));
    private readonly Option<string?> _report = new("--report") { Description = "Also write a page with the measures of every shot and their course over the frames", HelpName = "FILE.html" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_size, _range, _preview, _codec, _fps, _baseline, _report];

    /// <summary>The baseline asked for.</summary>
    public VideoBaseline Baseline(CommandContext context) => context.Value(_baseline) ?? VideoBaseline.None;

    /// <summary>The codec asked for.</summary>
    public VideoCodec? Codec(CommandContext context) => context.Value(_codec);

    /// <summary>The page asked for, claimed; null for none.</summary>
    public string? Report(CommandContext context) => context.Value(_report) is { } page ? context.Outputs.Claim(page, "--report") : null;

    /// <summary>The input's facts.</summary>
    /// <exception cref="ReverieException">It cannot be read as a video, or the rate is none.</exception>
    public VideoInfo Probe(CommandContext context, string input)
    {
        var rate = context.Value(_fps) is { } text ? Rational.Parse(text) ?? throw new ReverieException($"--fps takes a rate such as 25, 23.976 or 30000/1001, not '{text}'") : (Rational?)null;
        if (rate is not null && !Directory.Exists(input)) throw new ReverieException("--fps is for folders of pictures: a video keeps its own times; leave it out");
        return FrameSource.Probe(input, rate);
    }

    /// <summary>The frames asked for.</summary>
    /// <exception cref="ReverieException">An option is malformed.</exception>
    public VideoSelection Selection(CommandContext context, VideoInfo source)
    {
        var preview = context.Value(_preview);
        var longSide = Math.Max(source.Height, source.Width);
        var text = context.Value(_size);
        var size = text is null ? Math.Min(longSide, preview ? PreviewLongSide : DefaultLongSide)
            : text == "full" ? longSide
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= 32 and <= 16_384 ? side
            : throw new ReverieException($"--size takes a number of pixels from 32 to 16384, or 'full', not '{text}'");
        if (text is null && longSide > size && !preview) context.Say($"the video is {source.Width} x {source.Height}; its frames are made at {size} on the longer side (--size full keeps its own)");
        var (height, width) = size == longSide ? (source.Height, source.Width) : Fit.LongSide(source.Height, source.Width, size);
        // what is scaled anyway becomes even, so that nothing must be cut off for the codec
        if (size != longSide) (height, width) = (Math.Max(2, (height + 1) / 2 * 2), Math.Max(2, (width + 1) / 2 * 2));
        var range = context.Value(_range);
        return new() { Height = height, Width = width, From = range?.From, To = range?.To, Every = preview ? PreviewEvery : 1 };
    }

    /// <summary>Two times with a dash between them; the second may be missing.</summary>
    internal static (double From, double? To)? Range(string text)
    {
        var parts = text.Split('-');
        if (parts.Length != 2) return null;
        var from = parts[0].Length == 0 ? 0 : Seconds(parts[0]);
        var to = parts[1].Length == 0 ? null : Seconds(parts[1]);
        return from is null || parts[1].Length > 0 && to is null || to <= from || text == "-" ? null : (from.Value, to);
    }

    private static double? Seconds(string text)
    {
        var sum = 0.0;
        var parts = text.Split(':');
        if (parts.Length > 3) return null;
        foreach (var part in parts)
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return null;
            sum = 60 * sum + value;
        }
        return sum;
    }
}
