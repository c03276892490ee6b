using Reverie.Imaging;
using Reverie.Models;
using Reverie.Style;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>Styles on videos: steady, and no temporal loss where nothing is known.</summary>
public sealed class VideoStyleTests(ITestOutputHelper output)
{
    [Fact]
    public void WhatIsHiddenDoesNotChangeTheTemporalLoss()
    {
        // B.7 of the references: neural-style-tf multiplies an already summed error by the mask
        var random = new CounterRandom(3);
        var (x, w, gradient) = (new float[3 * 20], new float[3 * 20], new float[3 * 20]);
        random.FillUniform(x);
        random.At(1).FillUniform(w);
        var mask = new float[20];
        for (var place = 0; place < 10; place++) mask[place] = place % 2 == 0 ? 1 : 0.5f;
        var anchor = new StyleAnchor(w, mask, 7);
        var loss = anchor.AddTo(x, gradient);
        var other = (float[])x.Clone();
        for (var index = 0; index < 60; index++) if (index % 20 >= 10) other[index] += 0.4f;
        Assert.Equal(loss, anchor.AddTo(other, new float[60]));
        Assert.All(Enumerable.Range(0, 60).Where(index => index % 20 >= 10), index => Assert.Equal(0, gradient[index]));
        // by hand, and its slope by differences
        Assert.Equal(7.0 / 60 * Enumerable.Range(0, 60).Sum(index => mask[index % 20] * Math.Pow((double)x[index] - w[index], 2)), loss, 1e-6);
        for (var index = 0; index < 60; index += 7)
        {
            var (more, less) = ((float[])x.Clone(), (float[])x.Clone());
            more[index] += 0.01f;
            less[index] -= 0.01f;
            Assert.Equal((anchor.AddTo(more, new float[60]) - anchor.AddTo(less, new float[60])) / 0.02, gradient[index], 1e-3);
        }
    }

    [Fact]
    public void GuidedPaintingIsSteadierThanEveryFrameForItself()
    {
        using var folder = new TempFolder();
        var (texture, painting) = (new MovingTexture(51), new MovingTexture(52));
        var source = FrameSource.Probe(Clip.Frames(folder, "in", Enumerable.Range(0, 3).Select(number => MovingTexture.Draw(64, 96, (x, y) => texture.At(x + 2.5 * number, y)))));
        var style = new VideoStyle { Style = new() { Evaluations = 12, Init = StyleInit.Random, Seed = 1 }, Evaluations = 8, Styles = [MovingTexture.Draw(64, 64, (x, y) => painting.At(2 * x, y))] };
        var guided = Measures(style, "guided");
        var framewise = Measures(style with { Style = style.Style with { Seed = 2 }, Baseline = VideoBaseline.Framewise }, "framewise");
        Assert.True(guided.Ratio <= 0.5 * framewise.Ratio, $"{guided.Ratio} against {framewise.Ratio}");

        VideoMeasures Measures(VideoMethod method, string name)
        {
            var measures = VideoMeasures.Of(new VideoJob(source, new() { Height = 64, Width = 96 }, folder[name]).Run(method, Network.Embedded).Notes);
            output.WriteLine($"{name}: ratio {measures.Ratio:0.00}, persistence {measures.Persistence:0.000}, loss {measures.Objective:0.000}");
            return measures;
        }
    }

    [Fact]
    public void WhatWasHiddenComesBackAsItWas()
    {
        // a bar goes over a picture that stands still; two frames after it came, what it hid is seen again
        using var folder = new TempFolder();
        var (far, near, painting) = (new MovingTexture(53), new MovingTexture(54), new MovingTexture(52));
        const int Bar = 16, Step = 16;
        var source = FrameSource.Probe(Clip.Frames(folder, "in", Enumerable.Range(0, 4).Select(number => MovingTexture.Draw(64, 96, (x, y) => x >= 8 + Step * number && x < 8 + Bar + Step * number ? near.At(x - Step * number, y) : far.At(x, y)))));
        var style = new VideoStyle { Style = new() { Evaluations = 12, Init = StyleInit.Random, Seed = 1 }, Evaluations = 6, Styles = [MovingTexture.Draw(64, 64, (x, y) => painting.At(2 * x, y))], LongTerm = [2, 3] };
        var (with, without) = (Change(style, "with"), Change(style with { LongTerm = [] }, "without"));
        output.WriteLine($"where the bar was: {with:0.00000} with the long term, {without:0.00000} without");
        Assert.True(with <= 0.5 * without, $"{with} against {without}");

        // in the middle of where the bar was at frame 1: the painting of frame 2 against that of frame 0
        double Change(VideoStyle method, string name)
        {
            new VideoJob(source, new() { Height = 64, Width = 96 }, folder[name]).Run(method, Network.Embedded);
            var files = Directory.EnumerateFiles(folder[name]).Order(StringComparer.Ordinal).Select(Picture.Load).ToList();
            var (sum, count) = (0.0, 0);
            for (var channel = 0; channel < 3; channel++)
                for (var y = 4; y < 60; y++)
                    for (var x = 8 + Step + 4; x < 8 + Step + Bar - 4; x++, count++) sum += Math.Pow(files[2].Rgb[(channel * 64 + y) * 96 + x] - files[0].Rgb[(channel * 64 + y) * 96 + x], 2);
            return sum / count;
        }
    }

    [Fact]
    public void PassesThereAndBackMakeThePaintingSteadierStill()
    {
        using var folder = new TempFolder();
        var (texture, painting) = (new MovingTexture(51), new MovingTexture(52));
        var source = FrameSource.Probe(Clip.Frames(folder, "in", Enumerable.Range(0, 4).Select(number => MovingTexture.Draw(64, 96, (x, y) => texture.At(x + 2.5 * number, y)))));
        var style = new VideoStyle { Style = new() { Evaluations = 8, Init = StyleInit.Random, Seed = 1 }, Evaluations = 4, Steadiness = 20, Styles = [MovingTexture.Draw(64, 64, (x, y) => painting.At(2 * x, y))] };
        var once = Run(style, "once");
        var thrice = Run(style with { Passes = 3 }, "thrice");
        output.WriteLine($"once: ratio {once.Ratio:0.0}, loss {once.Objective:0.000}; three passes: {thrice.Ratio:0.0}, {thrice.Objective:0.000}");
        Assert.True(thrice.Ratio < once.Ratio, $"{thrice.Ratio} against {once.Ratio}");
        Assert.True(thrice.Objective < once.Objective, $"{thrice.Objective} against {once.Objective}");
        Assert.Contains("odd", Assert.Throws<ReverieException>(() => Run(style with { Passes = 2 }, "twice")).Message, StringComparison.Ordinal);

        VideoMeasures Run(VideoStyle method, string name) => VideoMeasures.Of(new VideoJob(source, new() { Height = 64, Width = 96 }, folder[name]).Run(method, Network.Embedded).Notes);
    }
}
