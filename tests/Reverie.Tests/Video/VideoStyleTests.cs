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
}
