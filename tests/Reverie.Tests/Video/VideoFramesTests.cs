using Reverie.Imaging;
using Reverie.Models;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>Frames in and out: times, streams, sizes, turns, colours, formats.</summary>
public sealed class VideoFramesTests
{
    [Fact]
    public void TimesStreamsSoundAndMetadataOfAVideoOfVariableRateAreKept()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["s.srt"], "1\n00:00:00,200 --> 00:00:01,000\nA line\n\n");
        // gaps of one, two and three frames; sound that begins with the frames
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30000/1001:duration=2", "-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-i", folder["s.srt"], "-map", "0", "-map", "1", "-map", "2",
            "-vf", "select='lt(n,10)+not(mod(n,3))+not(mod(n,7))'", "-fps_mode", "vfr", "-c:v", "libx264", "-c:a", "aac", "-c:s", "mov_text", "-metadata", "title=Of many rates", folder["in.mp4"]);
        var info = Run(folder["in.mp4"], folder["out.mp4"]);
        Assert.Equal(Clip.Times(folder["in.mp4"]), Clip.Times(folder["out.mp4"]));
        Assert.Equal(info.Frames, Clip.Times(folder["out.mp4"]).Count - 1);
        Assert.Equal(Clip.Streams(folder["in.mp4"]), Clip.Streams(folder["out.mp4"]));
        Assert.Equal(Clip.SoundSum(folder["in.mp4"]), Clip.SoundSum(folder["out.mp4"]));
        Assert.Equal("Of many rates", Clip.Entry(folder["out.mp4"], "format_tags=title"));
        Assert.Equal(double.Parse(Clip.Entry(folder["in.mp4"], "format=duration")), double.Parse(Clip.Entry(folder["out.mp4"], "format=duration")), 0.05);
        Assert.Equal("bt709", Clip.Entry(folder["out.mp4"], "stream=color_space"));
    }

    [Theory]
    [InlineData("mkv", "libx264", "libvorbis")]
    [InlineData("mov", "libx264", "pcm_s16le")]
    [InlineData("webm", "libvpx", "libopus")]
    [InlineData("m4v", "libx264", "aac")]
    public void EveryContainerKeepsVariableTimesAndTheSoundToTheBit(string container, string video, string audio)
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=30:duration=1", "-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-vf", "select='lt(n,5)+not(mod(n,3))+not(mod(n,7))'", "-fps_mode", "vfr",
            "-c:v", video, "-c:a", audio, folder[$"in.{container}"]);
        Run(folder[$"in.{container}"], folder[$"out.{container}"]);
        var (expected, made) = (Clip.Times(folder[$"in.{container}"]), Clip.Times(folder[$"out.{container}"]));
        Assert.Equal(expected[0], made[0]);
        // from the first frame on: where that lies in the file is the container's business, but for the sound
        Assert.Equal(expected.Skip(1).Select(long.Parse).Select(time => time - long.Parse(expected[1])), made.Skip(1).Select(long.Parse).Select(time => time - long.Parse(made[1])));
        Assert.Equal(Clip.SoundSum(folder[$"in.{container}"]), Clip.SoundSum(folder[$"out.{container}"]));
        Assert.Equal(Clip.Streams(folder[$"in.{container}"])[1], Clip.Streams(folder[$"out.{container}"])[1]);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void TurnedVideosBecomeUpright(int degrees)
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=0.5", "-c:v", "libx264", folder["flat.mp4"]);
        Clip.Make("-i", folder["flat.mp4"], "-c", "copy", "-metadata:s:v:0", $"rotate={degrees}", folder["in.mp4"]);
        var info = Run(folder["in.mp4"], folder["out.mp4"]);
        var (height, width) = degrees == 180 ? (64, 96) : (96, 64);
        Assert.Equal((height, width), (info.Height, info.Width));
        var made = FrameSource.Probe(folder["out.mp4"]);
        Assert.Equal((height, width, 0), (made.Height, made.Width, made.Rotation));
        // ffprobe's rotation is against the clock, in degrees
        Assert.Equal(degrees, info.Rotation);
        var upright = FrameSource.Read(info, info.Height, info.Width).First().Picture;
        var flat = FrameSource.Read(FrameSource.Probe(folder["flat.mp4"]), 64, 96).First().Picture;
        var difference = 0.0;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (row, column) = degrees switch { 90 => (x, 95 - y), 180 => (63 - y, 95 - x), _ => (63 - x, y) };
                difference += Math.Abs(upright.Rgb[y * width + x] - flat.Rgb[row * 96 + column]);
            }
        Assert.InRange(difference / (96 * 64), 0, 0.06);
    }

    [Fact]
    public void OddSidesAreCutToEvenOnesAndThatIsSaid()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=98x66:rate=10:duration=0.5", "-vf", "crop=97:65:0:0:exact=1,format=yuv444p", "-c:v", "libx264", folder["in.mkv"]);
        var info = FrameSource.Probe(folder["in.mkv"]);
        Assert.Equal((65, 97), (info.Height, info.Width));
        var job = new VideoJob(info, new() { Height = 65, Width = 97 }, folder["out.mkv"]);
        Assert.Contains(job.Notes, note => note.Contains("96 x 64", StringComparison.Ordinal));
        job.Run(new TestMethod(), Network.Embedded);
        Assert.Equal("96\n64", Clip.Entry(folder["out.mkv"], "stream=width,height").ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("out.mkv", VideoCodec.Ffv1, "ffv1")]
    [InlineData("out.mov", VideoCodec.Prores, "prores")]
    [InlineData("out.webm", null, "vp9")]
    [InlineData("out.gif", null, "gif")]
    [InlineData("out.mp4", VideoCodec.H265, "hevc")]
    [InlineData("out.mkv", VideoCodec.Av1, "av1")]
    public void EveryFormatIsWritten(string output, VideoCodec? codec, string expected)
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=0.6", "-f", "lavfi", "-i", "sine=duration=0.6", "-c:v", "libx264", "-c:a", "aac", folder["in.mp4"]);
        Run(folder["in.mp4"], folder[output], codec);
        Assert.Equal($"video {expected}", Clip.Streams(folder[output])[0]);
        var made = FrameSource.Probe(folder[output]);
        Assert.Equal(6, FrameSource.Read(made, made.Height, made.Width).Count());
        if (output == "out.webm") Assert.Equal("audio opus", Clip.Streams(folder[output])[1]);
    }

    [Fact]
    public void ColoursComeThroughWithinTheCodecsRounding()
    {
        using var folder = new TempFolder();
        float[] colours = [0.9f, 0.1f, 0.2f, 0.15f, 0.7f, 0.3f, 0.2f, 0.3f, 0.85f, 1, 1, 1, 0, 0, 0];
        var frames = Enumerable.Range(0, 5).Select(number =>
        {
            var picture = new Picture(64, 64);
            for (var channel = 0; channel < 3; channel++) picture.Plane(channel).Fill(colours[3 * number + channel]);
            return picture;
        }).ToList();
        Run(Clip.Frames(folder, "frames", frames), folder["out.mp4"]);
        var made = FrameSource.Probe(folder["out.mp4"]);
        foreach (var frame in FrameSource.Read(made, 64, 64))
            for (var channel = 0; channel < 3; channel++) Assert.Equal(colours[3 * frame.Number + channel], frame.Picture.Plane(channel)[64 * 32 + 32], 0.02);
    }

    [Fact]
    public void FoldersAreReadInTheOrderOfTheirNumbersAndWritten()
    {
        using var folder = new TempFolder();
        var frames = Enumerable.Range(0, 12).Select(number =>
        {
            var picture = new Picture(32, 40);
            Array.Fill(picture.Rgb, number / 255f);
            return picture;
        });
        var source = Clip.Frames(folder, "in", frames);
        Run(source, folder["out"]);
        for (var number = 0; number < 12; number++) Assert.Equal(number / 255f, Picture.Load(Path.Combine(folder["out"], $"frame-{number:D6}.png")).Rgb[0], 1e-6);
        Assert.False(Directory.Exists(folder["out.journal"]));
        Assert.Contains("not empty", Assert.Throws<ReverieException>(() => Run(source, folder["out"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARangeIsTheFramesAndTheSoundOfThatTime()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=20:duration=3", "-f", "lavfi", "-i", "sine=duration=3", "-c:v", "libx264", "-c:a", "aac", folder["in.mp4"]);
        var info = FrameSource.Probe(folder["in.mp4"]);
        new VideoJob(info, new() { Height = 64, Width = 96, From = 1, To = 2 }, folder["out.mp4"]).Run(new TestMethod(), Network.Embedded);
        Assert.Equal(20, Clip.Times(folder["out.mp4"]).Count - 1);
        Assert.Equal(1, double.Parse(Clip.Entry(folder["out.mp4"], "format=duration")), 0.06);
    }

    [Fact]
    public void WhatCannotBeReadIsToldInOneLine()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=1", "-c:v", "libx264", folder["in.mp4"]);
        Assert.Contains("cannot be read as a video", Assert.Throws<ReverieException>(() => FrameSource.Probe(folder.Write("a.mp4", new byte[5000]))).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<ReverieException>(() => FrameSource.Probe(folder["no.mp4"])).Message, StringComparison.Ordinal);
        Assert.Contains("no pictures", Assert.Throws<ReverieException>(() => FrameSource.Probe(Directory.CreateDirectory(folder["empty"]).FullName)).Message, StringComparison.Ordinal);
        Clip.Make("-f", "lavfi", "-i", "sine=duration=1", folder["sound.mp4"]);
        Assert.Contains("no moving picture", Assert.Throws<ReverieException>(() => FrameSource.Probe(folder["sound.mp4"])).Message, StringComparison.Ordinal);
        var info = FrameSource.Probe(folder["in.mp4"]);
        Assert.Contains("do not hold", Assert.Throws<ReverieException>(() => new VideoJob(info, new() { Height = 64, Width = 96 }, folder["out.webm"], VideoCodec.H264)).Message, StringComparison.Ordinal);
        Assert.Contains("range", Assert.Throws<ReverieException>(() => new VideoJob(info, new() { Height = 64, Width = 96, From = 7 }, folder["late.mp4"]).Run(new TestMethod(), Network.Embedded)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30000/1001", 30000, 1001)]
    [InlineData("25", 25, 1)]
    [InlineData("23.976", 24000, 1001)]
    [InlineData("29.97", 30000, 1001)]
    [InlineData("12.5", 25, 2)]
    public void RatesAreFractions(string text, long above, long below) => Assert.Equal(new Rational(above, below), Rational.Parse(text));

    private static VideoInfo Run(string input, string output, VideoCodec? codec = null)
    {
        var info = FrameSource.Probe(input);
        var result = new VideoJob(info, new() { Height = info.Height, Width = info.Width }, output, codec).Run(new TestMethod(), Network.Embedded);
        Assert.False(result.Cancelled);
        return info;
    }
}
