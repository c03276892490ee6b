using System.Globalization;

namespace Reverie.Video.Frames;

/// <summary>
/// What becomes of a source in an output, decided and told before any work: how frames are encoded, which streams are copied, which are transcoded because the container cannot hold them
/// as they are, and which are left out.
/// </summary>
public sealed record OutputPlan
{
    private static readonly Dictionary<string, VideoCodec[]> Containers = new(StringComparer.Ordinal)
    {
        [".mp4"] = [VideoCodec.H264, VideoCodec.H265, VideoCodec.Av1, VideoCodec.Vp9],
        [".m4v"] = [VideoCodec.H264, VideoCodec.H265],
        [".mov"] = [VideoCodec.H264, VideoCodec.H265, VideoCodec.Prores],
        [".mkv"] = [VideoCodec.H264, VideoCodec.H265, VideoCodec.Vp9, VideoCodec.Av1, VideoCodec.Prores, VideoCodec.Ffv1],
        [".webm"] = [VideoCodec.Vp9, VideoCodec.Av1],
        [".gif"] = [VideoCodec.Gif],
    };

    private static readonly string[] TextSubtitles = ["subrip", "ass", "ssa", "webvtt", "mov_text", "text"];

    /// <summary>The codec of the frames.</summary>
    public required VideoCodec Codec { get; init; }

    /// <summary>Arguments of ffmpeg that choose streams of the source, which is its second input, and how they are coded.</summary>
    internal IReadOnlyList<string> StreamArguments { get; init; } = [];

    /// <summary>What is lost or changed, in a line each; empty where all is kept.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether the path names a container that videos are written to; anything else is a folder of frames.</summary>
    public static bool IsVideo(string path) => Containers.ContainsKey(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>How a container usually holds frames, and nothing else with them.</summary>
    internal static OutputPlan Usual(string output) => new() { Codec = Containers[Path.GetExtension(output).ToLowerInvariant()][0] };

    /// <summary>Plans an output.</summary>
    /// <param name="source">The source.</param>
    /// <param name="output">The file; its extension says the container.</param>
    /// <param name="codec">The codec; null for the container's first.</param>
    /// <param name="height">Rows of the frames.</param>
    /// <param name="width">Columns.</param>
    /// <exception cref="ReverieException">The container does not hold the codec, or this ffmpeg lacks its encoder.</exception>
    public static OutputPlan For(VideoInfo source, string output, VideoCodec? codec, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(output);
        var container = Path.GetExtension(output).ToLowerInvariant();
        if (!Containers.TryGetValue(container, out var held)) throw new ReverieException($"'{output}' is no video: take {string.Join(", ", Containers.Keys)}, or a folder");
        var chosen = codec ?? held[0];
        if (!held.Contains(chosen)) throw new ReverieException($"{container} files do not hold {Name(chosen)}; they hold {string.Join(", ", held.Select(Name))}");
        if (Encoder(chosen) is var encoder && !Ffmpeg.HasEncoder(encoder)) throw new ReverieException($"this ffmpeg has no {encoder} to encode {Name(chosen)} with; take another --codec, or install a full ffmpeg");
        var (arguments, notes) = (new List<string>(), new List<string>());
        if (source.IsHighDynamicRange) notes.Add("its colours are HDR; they are worked on and written as BT.709, without HDR");
        if (chosen is not (VideoCodec.Gif or VideoCodec.Prores or VideoCodec.Ffv1) && (height % 2 != 0 || width % 2 != 0))
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Name(chosen)} wants even sides: the last {(width % 2 != 0 ? "column" : "row")}{(width % 2 != 0 && height % 2 != 0 ? " and row" : "")} is cut off, {width / 2 * 2} x {height / 2 * 2} are left"));
        var (audio, subtitles) = (0, 0);
        foreach (var stream in source.Streams.Where(stream => stream.Index != source.FrameStream))
        {
            var what = stream.Kind switch
            {
                "audio" when container != ".gif" => Copies(container, stream) ? "copy" : container == ".webm" ? "libopus" : "aac",
                "subtitle" when container != ".gif" => Copies(container, stream) ? "copy" : !TextSubtitles.Contains(stream.Codec) ? null : container switch { ".mkv" => "srt", ".webm" => "webvtt", _ => "mov_text" },
                "attachment" when container == ".mkv" => "copy",
                _ => null,
            };
            var name = $"{(stream.IsCover ? "cover picture" : stream.Kind)} stream {stream.Index} ({stream.Codec})";
            if (what is null)
            {
                notes.Add($"{name} is left out: {(container == ".gif" ? "a GIF has pictures only" : $"{container} cannot hold it beside the frames")}");
                continue;
            }
            if (what != "copy") notes.Add($"{name} becomes {what.Replace("libopus", "opus", StringComparison.Ordinal)}: {container} cannot hold it as it is");
            arguments.AddRange(["-map", $"1:{stream.Index}"]);
            if (stream.Kind == "audio") arguments.AddRange([$"-c:a:{audio++}", what]);
            else if (stream.Kind == "subtitle") arguments.AddRange([$"-c:s:{subtitles++}", what]);
            else arguments.AddRange(["-c:t", "copy"]);
        }
        return new() { Codec = chosen, StreamArguments = arguments, Notes = notes };
    }

    /// <summary>The arguments of ffmpeg that encode the frames.</summary>
    internal IEnumerable<string> EncoderArguments(string container)
    {
        // sRGB in, BT.709 out, said in the file
        const string Scale = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=lanczos+accurate_rnd+full_chroma_int";
        string[] tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"];
        const string Even = "crop=floor(iw/2)*2:floor(ih/2)*2";
        string[] fast = container is ".mp4" or ".m4v" or ".mov" ? ["-movflags", "+faststart"] : [];
        return Codec switch
        {
            VideoCodec.H264 => ["-vf", $"{Even},{Scale},format=yuv420p", "-c:v:0", "libx264", "-crf", "16", "-preset", "medium", .. tags, .. fast],
            VideoCodec.H265 => ["-vf", $"{Even},{Scale},format=yuv420p", "-c:v:0", "libx265", "-crf", "18", "-x265-params", "log-level=error", .. container == ".mkv" ? Array.Empty<string>() : ["-tag:v:0", "hvc1"], .. tags, .. fast],
            VideoCodec.Vp9 => ["-vf", $"{Even},{Scale},format=yuv420p", "-c:v:0", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1", "-deadline", "good", "-cpu-used", "3", .. tags, .. fast],
            VideoCodec.Av1 => ["-vf", $"{Even},{Scale},format=yuv420p", "-c:v:0", Encoder(Codec), "-crf", "28", .. tags, .. fast],
            VideoCodec.Prores => ["-vf", $"{Scale},format=yuv422p10le", "-c:v:0", "prores_ks", "-profile:v", "3", "-vendor", "apl0", .. tags],
            VideoCodec.Ffv1 => ["-vf", "format=bgr0", "-c:v:0", "ffv1", "-level", "3"],
            // a palette for each frame needs no second pass over all of them
            VideoCodec.Gif => ["-vf", "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1", "-c:v:0", "gif", "-loop", "0"],
            _ => throw new ArgumentOutOfRangeException(nameof(container), Codec, "no such codec"),
        };
    }

    private static bool Copies(string container, VideoStream stream) => container switch
    {
        ".mkv" => stream.Codec != "mov_text",
        ".webm" => stream.Codec is "opus" or "vorbis" or "webvtt",
        ".mov" => stream.Kind == "audio" ? stream.Codec is "aac" or "mp3" or "ac3" or "eac3" or "alac" || stream.Codec.StartsWith("pcm_", StringComparison.Ordinal) : stream.Codec == "mov_text",
        _ => stream.Codec is "aac" or "mp3" or "ac3" or "eac3" or "alac" or "opus" or "flac" or "mov_text",
    };

    private static string Name(VideoCodec codec) => codec.ToString().ToLowerInvariant();

    private static string Encoder(VideoCodec codec) => codec switch
    {
        VideoCodec.H264 => "libx264",
        VideoCodec.H265 => "libx265",
        VideoCodec.Vp9 => "libvpx-vp9",
        VideoCodec.Av1 => Ffmpeg.HasEncoder("libsvtav1") ? "libsvtav1" : "libaom-av1",
        VideoCodec.Prores => "prores_ks",
        VideoCodec.Ffv1 => "ffv1",
        _ => "gif",
    };
}
