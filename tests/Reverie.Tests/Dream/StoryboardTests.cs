using CsCheck;
using Reverie.Dream;
using Reverie.Dream.Gradients;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.References;

namespace Reverie.Tests.Dream;

/// <summary>Dreams in frames.</summary>
public class StoryboardTests
{
    private static readonly DeepDream Quick = new() { Octaves = 2, Steps = 2, Jitter = 8, Seed = 4, Objective = Objective.Layer("relu3_2") };
    private static readonly Network Net = Network.Embedded;

    [Fact]
    public void One_keyframe_is_a_plain_run_pixel_for_pixel() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed);
        var dream = Quick with
        {
            Octaves = random.Next(1, 3),
            Steps = random.Next(1, 3),
            Jitter = random.Next(0, 20),
            Seed = seed,
            Normaliser = (GradientNorm)random.Next(0, 2),
            Carry = (OctaveCarry)random.Next(0, 1),
            Size = random.Next(0, 1) == 0 ? null : random.Next(40, 90),
            Objective = random.Next(0, 1) == 0 ? Objective.Layer("relu2_2", random.Next(0, 20)) : Objective.Mean("relu3_2") - 0.5 * Objective.Layer("relu2_2"),
        };
        var photo = Photo(random.Next(40, 90), random.Next(40, 90));
        var frames = random.Next(1, 3);
        var storyboard = new Storyboard { Frames = frames, Dream = dream with { Objective = null }, Keyframes = [new() { At = random.Next(0, 5), Objective = dream.Objective }] };
        // without motion, frames are rounds
        Assert.Equal((dream with { Rounds = frames }).Run(Net, photo).Picture.Rgb, Frames(storyboard, photo)[^1].Picture.Rgb);
    }, iter: 6, threads: 1);

    [Fact]
    public void A_run_goes_on_from_any_frame_that_was_dreamt()
    {
        var storyboard = new Storyboard
        {
            Frames = 6,
            Every = 2,
            Dream = Quick,
            Keyframes = [new() { At = 0, Zoom = 1.05, Rotate = 2, Objective = Quick.Objective }, new() { At = 5, Zoom = 1.01, ShiftX = 0.02, Objective = Objective.Layer("relu2_2", 3) }],
        };
        var all = Frames(storyboard, Photo(64, 80));
        Assert.Equal([true, false, true, false, true, false], all.Select(frame => frame.IsState));
        foreach (var last in all.Where(frame => frame.IsState))
        {
            var rest = Frames(storyboard, Photo(64, 80), new(last.Number, last.Picture));
            Assert.Equal(all.Skip(last.Number + 1).Select(frame => frame.Number), rest.Select(frame => frame.Number));
            foreach (var (expected, actual) in all.Skip(last.Number + 1).Zip(rest)) Assert.Equal(expected.Picture.Rgb, actual.Picture.Rgb);
        }
    }

    [Fact]
    public void From_one_keyframe_to_the_next_the_iterations_are_mixed()
    {
        var (first, second) = (Objective.Layer("relu2_2", 1), Objective.Layer("relu3_2", 2));
        var storyboard = new Storyboard { Frames = 11, Dream = Quick, Keyframes = [new() { At = 0, Objective = first, Strength = 1 }, new() { At = 5, Strength = 3 }, new() { At = 10, Objective = second, Octaves = 4 }] };
        Assert.Null(storyboard.DreamAt(0, Net).Mix);
        Assert.Equal(second, storyboard.DreamAt(10, Net).Objective);
        Assert.Null(storyboard.DreamAt(10, Net).Mix);
        Assert.Equal(0.3, storyboard.DreamAt(3, Net).Mix!.Share, 1e-12);
        Assert.Equal(Quick.StepSize * 2.2, storyboard.DreamAt(3, Net).StepSize, 1e-12);
        Assert.Equal(Quick.StepSize * 3, storyboard.DreamAt(9, Net).StepSize, 1e-12);
        // only one keyframe speaks of octaves
        Assert.Equal(4, storyboard.DreamAt(0, Net).Octaves);
        // over all frames half of the steps are the second's
        var (taken, steps) = (0, 0);
        for (var frame = 0; frame < 10; frame++)
            if (storyboard.DreamAt(frame, Net) is { } dream)
            {
                steps += dream.Octaves * dream.Steps;
                taken += dream.Mix is { } mix ? Enumerable.Range(0, dream.Octaves * dream.Steps).Count(mix.Takes) : 0;
            }
        Assert.Equal(0.45 * steps, taken, 1.0);
    }

    [Fact]
    public void Layers_grow_when_the_storyboard_says_so()
    {
        Objective[] layers = [Objective.Layer("relu2_2"), Objective.Layer("relu3_2"), Objective.Layer("relu4_3")];
        var storyboard = new Storyboard { Frames = 7, Dream = Quick with { Octaves = 1, Steps = 3, StepSize = 1.5 }, Keyframes = [.. layers.Select((layer, index) => new Keyframe { At = 3 * index, Objective = layer })] };
        var photo = CardCheck.Sample().Resize(96, 96);
        var frames = Frames(storyboard, photo);
        using var sources = new GradientSources(Net, [], null, null);
        var curves = layers.Select(layer => frames.Select(frame => sources.Of(layer).Value(frame.Picture.Rgb, new(96, 96), CancellationToken.None)).Prepend(sources.Of(layer).Value(photo.Rgb, new(96, 96), CancellationToken.None)).ToList()).ToList();
        // the steps of the first and the last two frames follow one layer each: it gains more there than the other
        double Growth(int layer, int from, int to) => curves[layer][to] / curves[layer][from];
        Assert.True(Growth(0, 0, 1) > Growth(0, 6, 7), $"{Growth(0, 0, 1)} {Growth(0, 6, 7)}");
        Assert.True(Growth(2, 6, 7) > Growth(0, 6, 7), $"{Growth(2, 6, 7)} {Growth(0, 6, 7)}");
        Assert.True(Growth(1, 3, 5) > Growth(0, 3, 5), $"{Growth(1, 3, 5)} {Growth(0, 3, 5)}");
    }

    [Fact]
    public void Motions_are_composed_and_undo_each_other() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed);
        AffineMap Any() => AffineMap.Of(random.Uniform(0.8, 1.25), random.Uniform(-30, 30), random.Uniform(-5, 5), random.Uniform(-5, 5), random.Uniform(0, 60), random.Uniform(0, 60));
        var (first, second) = (Any(), Any());
        var (x, y) = (random.Uniform(0, 60), random.Uniform(0, 60));
        var (middleX, middleY) = second.At(x, y);
        var (expected, composed) = (first.At(middleX, middleY), second.After(first).At(x, y));
        Assert.Equal(expected.X, composed.X, 1e-9);
        Assert.Equal(expected.Y, composed.Y, 1e-9);
        Assert.Equal(first, AffineMap.Identity.After(first));
        // a quarter to the left: what is on the right comes from below
        var quarter = AffineMap.Of(1, 90, 0, 0, 20, 20);
        Assert.Equal((20, 30), (quarter.At(30, 20).X, quarter.At(30, 20).Y), Near);
        var whole = quarter.After(quarter).After(quarter).After(quarter).At(x, y);
        Assert.Equal((x, y), (whole.X, whole.Y), Near);
    }, iter: 50);

    [Fact]
    public void Resampling_by_whole_pixels_moves_them_and_mirrors_or_wraps_at_the_borders()
    {
        var planes = Enumerable.Range(0, 30).Select(index => index / 30f).ToArray();
        var right = AffineMap.Of(1, 0, 2, 0, 3, 2);
        var (wrapped, mirrored) = (AffineResampling.Apply(planes, 1, 5, 6, right, true, true), AffineResampling.Apply(planes, 1, 5, 6, right, false, false));
        for (var y = 0; y < 5; y++)
            for (var x = 0; x < 6; x++)
            {
                Assert.Equal(planes[y * 6 + (x + 4) % 6], wrapped[y * 6 + x], 1e-6f);
                Assert.Equal(planes[y * 6 + (x < 2 ? 1 - x : x - 2)], mirrored[y * 6 + x], 1e-6f);
            }
    }

    [Fact]
    public void Zooming_in_enlarges()
    {
        var photo = Photo(60, 60);
        var storyboard = new Storyboard { Frames = 2, Every = 2, Dream = Quick with { Octaves = 1, Steps = 1, StepSize = 0.001 }, Keyframes = [new() { At = 0, Zoom = 2 }] };
        var frames = Frames(storyboard, photo);
        // the middle quarter of the first frame fills the second
        var expected = frames[0].Picture.Crop(15, 15, 30, 30).Resize(60, 60, ResampleKernel.CatmullRom);
        for (var y = 6; y < 54; y++)
            for (var x = 6; x < 54; x++) Assert.Equal(Math.Clamp(expected.Rgb[y * 60 + x], 0, 1), frames[1].Picture.Rgb[y * 60 + x], 1e-4f);
    }

    private static bool Near((double X, double Y) left, (double X, double Y) right) => Math.Abs(left.X - right.X) < 1e-9 && Math.Abs(left.Y - right.Y) < 1e-9;

    private static List<StoryboardFrame> Frames(Storyboard storyboard, Picture photo, StoryboardState? from = null)
    {
        var frames = new List<StoryboardFrame>();
        storyboard.Run(Net, photo, frames.Add, from);
        return frames;
    }

    private static Picture Photo(int height, int width) => new(height, width, Array.ConvertAll(HashPicture.Levels(height, width, 5), level => level / 255f));
}
