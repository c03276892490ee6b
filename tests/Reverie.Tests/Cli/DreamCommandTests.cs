using System.Text.Json;
using Reverie.Cli;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tensors;

namespace Reverie.Tests.Cli;

public class DreamCommandTests
{
    private static readonly string[] Quick = ["--steps", "2", "--octaves", "2", "--size", "96"];

    [Fact]
    public async Task A_dream_is_written_beside_the_picture_and_never_over_another()
    {
        using var folder = Cat();
        Assert.Equal(folder["cat.dream.png"], (await Succeed(["dream", folder["cat.png"], .. Quick])).Output.Trim());
        Assert.Equal(folder["cat.dream-2.png"], (await Succeed(["dream", folder["cat.png"], .. Quick])).Output.Trim());
        Assert.Equal(File.ReadAllBytes(folder["cat.dream.png"]), File.ReadAllBytes(folder["cat.dream-2.png"]));
        Assert.Contains("exists", await Command.Refuse(["dream", folder["cat.png"], "-o", folder["cat.dream.png"], .. Quick]), StringComparison.Ordinal);
        await Succeed(["dream", folder["cat.png"], "-o", folder["cat.dream.png"], "--force", "--seed", "5", .. Quick]);
        Assert.NotEqual(File.ReadAllBytes(folder["cat.dream.png"]), File.ReadAllBytes(folder["cat.dream-2.png"]));
    }

    [Fact]
    public async Task A_replay_makes_the_same_bytes()
    {
        using var folder = Cat();
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "0.5*relu5_3:1,2,3", "--layer", "relu4_3", "--jitter", "9", "--seed", "7", .. Quick]);
        await Succeed("replay", folder["a.png"], "-o", folder["b.png"]);
        Assert.Equal(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
        Assert.Equal($"{folder["a.png"]}: equal", (await Succeed("replay", folder["a.png"], "--verify")).Output.Trim());

        // another pixel is another picture, though its recipe still reads
        var changed = Picture.Load(folder["a.png"]);
        changed.Rgb[0] = 1 - changed.Rgb[0];
        changed.Save(folder["a.png"], Picture.ReadMetadata(folder["a.png"]), overwrite: true);
        Assert.Equal(2, (await Command.Run("replay", folder["a.png"], "--verify")).Code);

        Directory.CreateDirectory(folder["elsewhere"]);
        File.Move(folder["cat.png"], folder["elsewhere/cat.png"]);
        Assert.Contains("--input", await Command.Refuse("replay", folder["a.png"], "-o", folder["c.png"]), StringComparison.Ordinal);
        await Succeed("replay", folder["a.png"], "-o", folder["c.png"], "--input", folder["elsewhere/cat.png"]);
        Assert.Contains("is not the picture", await Command.Refuse("replay", folder["b.png"], "-o", folder["d.png"], "--input", folder["b.png"]), StringComparison.Ordinal);
        Assert.Contains("no recipe", await Command.Refuse("replay", folder["elsewhere/cat.png"], "-o", folder["d.png"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_tells_what_was_done()
    {
        using var folder = Cat();
        var outcome = await Succeed(["dream", folder["cat.png"], "--json", "-", "--raw", folder["raw.npy"], "--threads", "1", .. Quick]);
        using var report = JsonDocument.Parse(outcome.Output);
        var dream = report.RootElement.GetProperty("dream");
        Assert.Equal(4, dream.GetProperty("steps").GetInt32());
        Assert.Equal(4, dream.GetProperty("values").GetArrayLength());
        Assert.True(dream.GetProperty("gain").GetDouble() > 1);
        Assert.Equal(1, report.RootElement.GetProperty("runtime").GetProperty("threads").GetInt32());
        Assert.True(report.RootElement.GetProperty("peakResidentBytes").GetInt64() > 0);
        var (raw, picture) = (Npy.Read(folder["raw.npy"]), Picture.Load(folder["cat.dream.png"]));
        Assert.Equal([1, 3, picture.Height, picture.Width], raw.Shape);
        Assert.Equal(96, Math.Max(picture.Height, picture.Width));
        var values = raw.ToFloat32();
        Assert.All(Enumerable.Range(0, values.Length), index => Assert.Equal(values[index], picture.Rgb[index], 0.5f / 255 + 1e-6f));
    }

    [Fact]
    public async Task Transparency_is_kept()
    {
        using var folder = Cat();
        var cat = Picture.Load(folder["cat.png"]);
        var alpha = new float[cat.Height * cat.Width];
        for (var index = 0; index < alpha.Length; index++) alpha[index] = index % cat.Width / (float)(cat.Width - 1);
        new Picture(cat.Height, cat.Width, cat.Rgb, alpha).Save(folder["clear.png"]);
        await Succeed("dream", folder["clear.png"], "--steps", "1", "--octaves", "1", "--size", "full");
        Assert.Equal(Picture.Load(folder["clear.png"]).Alpha, Picture.Load(folder["clear.dream.png"]).Alpha);
    }

    [Fact]
    public async Task A_cancelled_dream_keeps_what_is_done_and_replays()
    {
        using var folder = Cat();
        using var cancellation = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new CancelAfter(cancellation));
        var code = await Application.RunAsync(["dream", folder["cat.png"], "--steps", "4000", "--octaves", "2", "--size", "160", "--json", folder["report.json"]], CommandConsole.Into(output, error), cancellation.Token);
        Assert.Equal(130, code);
        Assert.Single(error.ToString().Split('\n'), line => line.Contains("cancelled", StringComparison.Ordinal));
        Assert.Contains("cancelled after", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(folder["cat.dream.png"], output.ToString().Trim());
        using var report = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        Assert.True(report.RootElement.GetProperty("dream").GetProperty("cancelled").GetBoolean());
        await Succeed("replay", folder["cat.dream.png"], "--verify");
    }

    [Fact]
    public async Task Everything_that_shapes_a_dream_replays()
    {
        using var folder = Cat();
        Directory.CreateDirectory(folder["guides"]);
        CardCheck.Sample().Resize(90, 70).Save(folder["guides/guide.png"]);
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu4_3", "--guide", folder["guides/guide.png"], "--guide-by", "sum", "--target", "tabby",
            "--then", "relu3_2:3@50%,50% - 0.2*mean(relu2_2)", "--rounds", "3", "--smoothing", "laplacian", "--normaliser", "std", "--total-variation", "0.1",
            "--colour-lock", "moments", "--octave-strength", "1,0.5", "--carry", "picture", "--trace", folder["trace"], .. Quick]);
        await Succeed("replay", folder["a.png"], "--verify");
        Assert.Equal(12, Directory.GetFiles(folder["trace"]).Length);
        Assert.Equal(Picture.Load(folder["trace/round3-octave2-step2.png"]).Width, Picture.Load(folder["a.png"]).Width);
        Assert.Contains("holds a trace already", await Command.Refuse(["dream", folder["cat.png"], "--trace", folder["trace"], .. Quick]), StringComparison.Ordinal);
        File.Delete(folder["guides/guide.png"]);
        Assert.Contains("guide.png", await Command.Refuse("replay", folder["a.png"], "--verify"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_a_picture_dream_and_replay()
    {
        using var folder = Cat();
        var cat = Picture.Load(folder["cat.png"]);
        var mask = new float[3 * cat.Height * cat.Width];
        for (var index = 0; index < mask.Length; index++) mask[index] = index % cat.Width < cat.Width / 2 ? 1 : 0;
        new Picture(cat.Height, cat.Width, mask).Save(folder["mask.png"]);
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu3_2", "--mask", folder["mask.png"], "--region", "circle(30%,50%,20%)=relu2_2:4", "--feather", "2", .. Quick]);
        await Succeed("replay", folder["a.png"], "--verify");
        Assert.Contains("is no mask", await Command.Refuse(["dream", folder["cat.png"], "--mask", "oval(3%)", .. Quick]), StringComparison.Ordinal);
        Assert.Contains("is no region", await Command.Refuse(["dream", folder["cat.png"], "--region", "relu2_2", .. Quick]), StringComparison.Ordinal);
        Assert.Contains("--feather softens", await Command.Refuse(["dream", folder["cat.png"], "--feather", "2", .. Quick]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channels_are_chosen_by_the_picture_and_the_recipe_holds_them()
    {
        using var folder = Cat();
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu4_3", "--at", "50%,40%", "--channels", "strong:2", .. Quick]);
        using var recipe = JsonDocument.Parse(Picture.ReadMetadata(folder["a.png"])[PictureMetadata.Recipe]);
        Assert.Equal(2, recipe.RootElement.GetProperty("settings").GetProperty("objective").GetProperty("terms")[0].GetProperty("channels").GetArrayLength());
        await Succeed("replay", folder["a.png"], "--verify");
    }

    [Theory]
    [InlineData("there is no layer 'relu9'", "--layer", "relu9")]
    [InlineData("--channels takes strong:N", "--channels", "loud:3")]
    [InlineData("no point of the picture", "--at", "4000,1")]
    [InlineData("--normaliser is mean, std or adam", "--normaliser", "loud")]
    [InlineData("--octave-strength takes", "--octave-strength", "1,x")]
    [InlineData("does not exist", "--guide", "nothing.png")]
    [InlineData("give the guide with --guide", "--guide-by", "sum")]
    [InlineData("there is no layer 'relu9'", "--then", "relu9")]
    [InlineData("is no term of an objective", "--objective", "median(relu4_3)")]
    [InlineData("there is no class", "--target", "unicorn horn")]
    [InlineData("has no channel 4000", "--layer", "relu4_3:4000")]
    [InlineData("--balance is norm or none", "--balance", "half")]
    [InlineData("--size takes", "--size", "tiny")]
    [InlineData("--octaves takes", "--octaves", "0")]
    [InlineData("--step-size takes", "--step-size", "much")]
    [InlineData("did you mean", "--layr", "relu4_3")]
    [InlineData("nothing.onnx", "--model", "nothing.onnx")]
    public async Task What_cannot_be_done_is_refused_in_a_line(string expected, params string[] arguments)
    {
        using var folder = Cat();
        Assert.Contains(expected, await Command.Refuse(["dream", folder["cat.png"], .. arguments]), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Frames_go_into_a_folder_go_on_where_they_ended_and_replay()
    {
        using var folder = Cat();
        File.WriteAllText(folder["s.yaml"], """
            octaves: 2
            steps: 2
            size: 64
            keyframes:
              - { at: 0, objective: relu3_2, zoom: 1.05 }
              - { at: 4, objective: "relu2_2:3", rotate: 2 }
            """);
        string[] make = ["dream", folder["cat.png"], "--storyboard", folder["s.yaml"], "--threads", "1", "--every", "2"];
        Assert.Contains("stands in the storyboard", await Command.Refuse(make), StringComparison.Ordinal);
        make = make[..^2];
        await Succeed([.. make, "--json", folder["report.json"]]);
        var frames = Enumerable.Range(0, 5).Select(frame => Path.Combine(folder["cat.frames"], $"frame-{frame:D6}.png")).ToList();
        var bytes = frames.ConvertAll(File.ReadAllBytes);
        using (var report = JsonDocument.Parse(File.ReadAllText(folder["report.json"])))
            Assert.Equal([0, 0.25, 0.5, 0.75, 0], report.RootElement.GetProperty("storyboard").GetProperty("dreamt").EnumerateArray().Select(each => each.GetProperty("share").GetDouble()));
        await Succeed("replay", frames[3], "--verify");
        // stopped after two frames, and gone on with
        await Succeed([.. make, "-o", folder["b"], "--frames", "2"]);
        Assert.Equal(2, Directory.GetFiles(folder["b"], "frame-*.png").Length);
        var outcome = await Succeed([.. make, "-o", folder["b"]]);
        Assert.Contains("going on from there", outcome.Error, StringComparison.Ordinal);
        for (var frame = 0; frame < 5; frame++) Assert.Equal(Picture.Load(frames[frame]).Rgb, Picture.Load(Path.Combine(folder["b"], $"frame-{frame:D6}.png")).Rgb);
        Assert.Equal(bytes[4], File.ReadAllBytes(frames[4]));
        // another storyboard does not go there
        Assert.Contains("another storyboard", await Command.Refuse([.. make, "-o", folder["b"], "--seed", "3"]), StringComparison.Ordinal);
        await Succeed([.. make, "--seed", "3", "--frames", "1"]);
        Assert.True(File.Exists(Path.Combine(folder["cat.frames-2"], "frame-000000.png")));
        Assert.Contains("is a file", await Command.Refuse([.. make, "-o", folder["cat.png"]]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keyframes_say_what_a_network_without_recommendation_dreams_of()
    {
        using var folder = Cat();
        File.WriteAllBytes(folder["net.onnx"], BadInput.GoodModel.Bytes);
        File.WriteAllText(folder["s.yaml"], "keyframes: [{ at: 0, objective: r1 }]");
        await Succeed(["dream", folder["cat.png"], "--model", folder["net.onnx"], "--storyboard", folder["s.yaml"], .. Quick]);
        Assert.Contains("say which layer", await Command.Refuse(["dream", folder["cat.png"], "--model", folder["net.onnx"], "--frames", "2", .. Quick]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_without_motion_are_rounds_and_zoom_needs_no_file()
    {
        using var folder = Cat();
        await Succeed(["dream", folder["cat.png"], "-o", folder["frames"], "--layer", "relu3_2", "--frames", "2", .. Quick]);
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu3_2", "--rounds", "2", .. Quick]);
        Assert.Equal(Picture.Load(folder["a.png"]).Rgb, Picture.Load(Path.Combine(folder["frames"], "frame-000001.png")).Rgb);
        await Succeed(["dream", folder["cat.png"], "-o", folder["zoom"], "--frames", "3", "--zoom", "1.1", "--rotate", "-3", "--centre", "40%,30%", "--every", "2", .. Quick]);
        await Succeed("replay", Path.Combine(folder["zoom"], "frame-000001.png"), "--verify");
        Assert.Contains("--zoom is for frames", await Command.Refuse(["dream", folder["cat.png"], "--zoom", "1.1"]), StringComparison.Ordinal);
        Assert.Contains("leave --rounds", await Command.Refuse(["dream", folder["cat.png"], "--frames", "2", "--rounds", "2"]), StringComparison.Ordinal);
    }

    private static TemporaryFolder Cat()
    {
        var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        return folder;
    }

    private static async Task<Command.Outcome> Succeed(params string[] arguments)
    {
        var outcome = await Command.Run(arguments);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome;
    }

    // The first line of progress tells that the run is under way.
    private sealed class CancelAfter(CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith("dreaming", StringComparison.Ordinal) == true) cancellation.Cancel();
        }
    }
}
