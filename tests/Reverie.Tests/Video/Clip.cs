using System.Diagnostics;
using System.Text.Json;
using Reverie.Imaging;

namespace Reverie.Tests.Video;

/// <summary>Clips that ffmpeg makes, and what ffprobe says of them.</summary>
internal static class Clip
{
    /// <summary>Runs ffmpeg; skips the calling test where there is none.</summary>
    public static void Make(params string[] arguments) => Tool("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", .. arguments]);

    /// <summary>Times of a stream's packets in the order in which they are shown, in its own ticks, with its time base in front.</summary>
    public static IReadOnlyList<string> Times(string path)
    {
        using var json = JsonDocument.Parse(Tool("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts:stream=time_base,nb_frames", "-of", "json", path]));
        var stream = json.RootElement.GetProperty("streams")[0];
        return [stream.GetProperty("time_base").GetString()!, .. json.RootElement.GetProperty("packets").EnumerateArray().Select(packet => packet.GetProperty("pts").GetInt64()).Order().Select(pts => $"{pts}")];
    }

    /// <summary>The kinds and codecs of all streams.</summary>
    public static IReadOnlyList<string> Streams(string path)
    {
        using var json = JsonDocument.Parse(Tool("ffprobe", ["-v", "error", "-show_entries", "stream=codec_type,codec_name", "-of", "json", path]));
        return [.. json.RootElement.GetProperty("streams").EnumerateArray().Select(stream => $"{stream.GetProperty("codec_type")} {stream.GetProperty("codec_name")}")];
    }

    /// <summary>An entry of the file's format or first video stream, as ffprobe writes it.</summary>
    public static string Entry(string path, string entry) => Tool("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", entry, "-of", "default=noprint_wrappers=1:nokey=1", path]).Trim();

    /// <summary>The sum of all bytes of the sound, as it is coded.</summary>
    public static string SoundSum(string path) => Tool("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-map", "0:a", "-c", "copy", "-f", "md5", "-"]).Trim();

    /// <summary>A folder of frames.</summary>
    public static string Frames(TempFolder folder, string name, IEnumerable<Picture> pictures)
    {
        Directory.CreateDirectory(folder[name]);
        foreach (var (picture, number) in pictures.Select((picture, number) => (picture, number))) picture.Save(Path.Combine(folder[name], $"f{number}.png"));
        return folder[name];
    }

    private static string Tool(string tool, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Shared.Skip($"needs {tool}, which is not on this machine");
        }
        using (process!)
        {
            var errors = process!.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', start.ArgumentList)}: {errors.Result}");
            return output;
        }
    }
}
