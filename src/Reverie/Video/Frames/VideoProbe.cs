using System.Globalization;
using System.Text.Json;

namespace Reverie.Video.Frames;

/// <summary>Asks ffprobe what a video file holds.</summary>
internal static class VideoProbe
{
    // a file may name any number of streams; no video has this many
    private const int MostStreams = 1000;

    /// <summary>Reads what is known of a video.</summary>
    /// <exception cref="ReverieException">There is no ffprobe, the file is missing or no video, or its size is beyond what pictures may have.</exception>
    public static VideoInfo Read(string path)
    {
        using (InputFile.Open(path, "video")) { }
        using var document = Ask(path, ["-show_format", "-show_streams"]);
        var root = document.RootElement;
        var all = root.TryGetProperty("streams", out var list) ? list.EnumerateArray().Take(MostStreams).ToList() : [];
        var streams = all.Select(stream => new VideoStream(Number(stream, "index"), Text(stream, "codec_type") ?? "data", Text(stream, "codec_name") ?? "unknown", Disposition(stream, "attached_pic"))).ToList();
        var at = streams.FindIndex(stream => stream is { Kind: "video", IsCover: false });
        if (at < 0) throw new ReverieException($"'{path}' has no moving picture; give a video, or a folder of pictures");
        var video = all[at];
        var (width, height) = (Number(video, "width"), Number(video, "height"));
        if (width < 1 || height < 1) throw new ReverieException($"'{path}' does not say how large its frames are; it is damaged");
        var rotation = Rotation(video);
        if (rotation % 180 != 0) (width, height) = (height, width);
        Imaging.Picture.CheckSize(height, width, $"a frame of '{path}'");
        var aspect = Rational.Parse(Text(video, "sample_aspect_ratio")) ?? new(1, 1);
        var timeBase = Rational.Parse(Text(video, "time_base")) ?? new(1, 90_000);
        var rate = Rational.Parse(Text(video, "avg_frame_rate")) ?? Rational.Parse(Text(video, "r_frame_rate")) ?? new(25, 1);
        var startOfFile = root.TryGetProperty("format", out var format) ? Seconds(format, "start_time") : 0;
        return new()
        {
            Path = path,
            Height = height,
            Width = width,
            PixelAspect = rotation % 180 == 0 ? aspect : new(aspect.Denominator, aspect.Numerator),
            TimeBase = timeBase,
            FrameRate = rate,
            Frames = Frames(path, video, streams[at].Index, format, rate),
            StartTicks = Math.Max(0, (long)Math.Round((Seconds(video, "start_time") - startOfFile) / timeBase.Value)),
            ColourMatrix = Matrix(Text(video, "color_space"), height, width),
            IsHighDynamicRange = Text(video, "color_transfer") is "smpte2084" or "arib-std-b67",
            Rotation = rotation,
            Streams = streams,
            FrameStream = streams[at].Index,
        };
    }

    private static int Frames(string path, JsonElement video, int index, JsonElement format, Rational rate)
    {
        if (int.TryParse(Text(video, "nb_frames"), NumberStyles.None, CultureInfo.InvariantCulture, out var told) && told > 0) return told;
        using var counted = Ask(path, ["-select_streams", index.ToString(CultureInfo.InvariantCulture), "-count_packets", "-show_entries", "stream=nb_read_packets"]);
        if (counted.RootElement.TryGetProperty("streams", out var streams) && streams.GetArrayLength() > 0
            && int.TryParse(Text(streams[0], "nb_read_packets"), NumberStyles.None, CultureInfo.InvariantCulture, out var packets) && packets > 0) return packets;
        return Math.Max(1, (int)Math.Min(int.MaxValue, format.ValueKind == JsonValueKind.Object ? Seconds(format, "duration") * rate.Value : 1));
    }

    // What a file does not say is what players take: BT.709 for high definition, BT.601 below.
    private static string Matrix(string? told, int height, int width) => told switch
    {
        "bt709" => "bt709",
        "smpte170m" or "bt470bg" => "bt601",
        "bt2020nc" or "bt2020c" => "bt2020",
        "smpte240m" => "smpte240m",
        "fcc" => "fcc",
        _ => Math.Min(height, width) >= 720 ? "bt709" : "bt601",
    };

    private static int Rotation(JsonElement video)
    {
        if (video.TryGetProperty("side_data_list", out var list))
            foreach (var side in list.EnumerateArray())
                if (side.TryGetProperty("rotation", out var value) && value.TryGetDouble(out var degrees)) return ((int)Math.Round(degrees) % 360 + 360) % 360;
        return 0;
    }

    private static JsonDocument Ask(string path, IEnumerable<string> what)
    {
        using var process = Ffmpeg.Start("ffprobe", ["-v", "error", .. what, "-of", "json", Protected(path)]);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new ReverieException($"'{path}' cannot be read as a video: {Reason(errors.GetAwaiter().GetResult())}; check the file");
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"ffprobe's answer about '{path}' cannot be read; is this ffprobe older than version 4?", exception);
        }
    }

    /// <summary>A path that ffmpeg cannot take for an option or a protocol.</summary>
    public static string Protected(string path) => $"file:{Path.GetFullPath(path)}";

    /// <summary>The last lines of a tool's messages that say something: the first of them is often the reason, the last the consequence.</summary>
    public static string Reason(string messages) =>
        messages.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).Distinct().TakeLast(3).ToList() is { Count: > 0 } lines ? string.Join("; ", lines) : "no reason is given";

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : 0;

    private static double Seconds(JsonElement element, string name) =>
        double.TryParse(Text(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : 0;

    private static bool Disposition(JsonElement stream, string name) => stream.TryGetProperty("disposition", out var disposition) && Number(disposition, name) == 1;
}
