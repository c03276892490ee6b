using Reverie.Dream;
using Reverie.Dream.Gradients;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Video;
using Reverie.Video.Coherence;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>Dreams on motion that is known: steadier than frame by frame, and as strong.</summary>
public sealed class VideoDreamTests(ITestOutputHelper output)
{
    private const int Height = 64, Width = 96;

    [Fact]
    public void CarriedDetailIsSteadierThanEveryFrameForItselfAtTheSameGain()
    {
        using var folder = new TempFolder();
        var texture = new MovingTexture(21);
        var source = FrameSource.Probe(Clip.Frames(folder, "in", Enumerable.Range(0, 5).Select(number => MovingTexture.Draw(Height, Width, (x, y) => texture.At(x + 2.5 * number, y - number)))));
        var dream = new DeepDream { Octaves = 2, Steps = 4, Seed = 3 };
        var guided = Measures(new VideoDream { Dream = dream }, "guided");
        var framewise = Measures(new VideoDream { Dream = dream, Baseline = VideoBaseline.Framewise }, "framewise");
        var blend = Measures(new VideoDream { Dream = dream, Baseline = VideoBaseline.Blend }, "blend");
        Assert.True(guided.Ratio <= 0.5 * framewise.Ratio, $"{guided.Ratio} against {framewise.Ratio}");
        Assert.True(guided.Ratio < blend.Ratio, $"{guided.Ratio} against {blend.Ratio}");
        Assert.True(guided.Persistence > framewise.Persistence);
        Assert.InRange(guided.Objective!.Value / framewise.Objective!.Value, 0.85, 1.2);

        VideoMeasures Measures(VideoMethod method, string name)
        {
            var result = new VideoJob(source, new() { Height = Height, Width = Width }, folder[name]).Run(method, Network.Embedded);
            var measures = VideoMeasures.Of(result.Notes);
            output.WriteLine($"{name}: ratio {measures.Ratio:0.00}, persistence {measures.Persistence:0.000}, gain {measures.Objective:0.00}");
            return measures;
        }
    }

    [Fact]
    public void FramesMadeBesideOthersAreThoseMadeAlone()
    {
        using var folder = new TempFolder();
        var texture = new MovingTexture(22);
        var pictures = Enumerable.Range(0, 5).Select(number => MovingTexture.Draw(Height, Width, (x, y) => texture.At(x + 2.5 * number, y))).ToList();
        var source = FrameSource.Probe(Clip.Frames(folder, "in", pictures));
        var (dream, options) = (new DeepDream { Octaves = 2, Steps = 2, Seed = 3, Objective = Objective.Layer("relu4_3") }, new RuntimeOptions { Threads = 4 });
        new VideoJob(source, new() { Height = Height, Width = Width }, folder["out"]).Run(new VideoDream { Dream = dream, Baseline = VideoBaseline.Framewise }, Network.Embedded, options: options);
        using var sources = GradientSources.For(dream, Network.Embedded, options);
        foreach (var (file, number) in Directory.EnumerateFiles(folder["out"]).Order().Select((file, number) => (file, number)))
        {
            var alone = new DreamRun(dream, Network.Embedded, sources).Climb(Picture.Load(source.Pictures![number]), number, null, CancellationToken.None);
            Assert.Equal(FrameBytes.Of(alone), FrameBytes.Of(Picture.Load(file)));
        }
    }

    [Fact]
    public void CutsAreFoundExactlyAndBeginShotsOfTheirOwn()
    {
        using var folder = new TempFolder();
        // three shots of one kind of texture: pans that are as fast as the cuts are plain
        var shots = new[] { new MovingTexture(31), new MovingTexture(32), new MovingTexture(33) };
        var frames = Enumerable.Range(0, 15).Select(number => MovingTexture.Draw(Height, Width, (x, y) => shots[number / 5].At(x + 4 * number, y)));
        var source = FrameSource.Probe(Clip.Frames(folder, "in", frames));
        var notes = new VideoJob(source, new() { Height = Height, Width = Width }, folder["out"]).Run(new TestMethod(), Network.Embedded).Notes;
        Assert.Equal([0, 5, 10], notes.Where(note => note.IsKey).Select(note => note.Number));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2], notes.Select(note => note.Shot));
    }

    [Fact]
    public void HeldBandsHaveTheKeyFramesStrengthAndColour()
    {
        var random = new CounterRandom(5);
        var (key, later) = (new float[3 * 40 * 56], new float[3 * 40 * 56]);
        random.FillNormal(key, 0.02f, 0.1f);
        random.At(1).FillNormal(later, 0.1f, 0.11f);
        var bands = DetailBands.Of(key, 40, 56);
        var held = DetailBands.Of(bands.Hold(later, 40, 56), 40, 56);
        for (var band = 0; band < bands.Strengths.Count - 2; band++) Assert.Equal(bands.Strengths[band], held.Strengths[band], 0.15 * bands.Strengths[band]);
        for (var channel = 0; channel < 3; channel++) Assert.Equal(bands.Colour[channel], held.Colour[channel], 1e-4);
    }

    [Fact]
    public void AStillVideoStaysStillAndAsActive()
    {
        using var folder = new TempFolder();
        var texture = new MovingTexture(22);
        var still = MovingTexture.Draw(64, 96, (x, y) => texture.At(x, y));
        var source = FrameSource.Probe(Clip.Frames(folder, "in", [still, still, still]));
        var notes = new VideoJob(source, new() { Height = 64, Width = 96 }, folder["out"]).Run(new VideoDream { Steps = 1, Dream = new() { Octaves = 1, Steps = 8, Seed = 1 } }, Network.Embedded).Notes;
        Assert.All(notes.Skip(1), note =>
        {
            Assert.Equal(0, note.SourceError!.Value, 1e-9);
            Assert.True(note.Persistence > 0.9, $"{note.Persistence}");
            Assert.InRange(note.ObjectiveOverKey!.Value, 0.7, 1.4);
        });
    }
}
