using CsCheck;
using Reverie.Dream;
using Reverie.Dream.Objectives;
using Reverie.Dream.Regions;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.References;

namespace Reverie.Tests.Dream;

/// <summary>Dreams of parts of a picture: masks, regions, transparency.</summary>
public class RegionTests
{
    private static readonly DeepDream Quick = new() { Octaves = 2, Steps = 2, Jitter = 8, Seed = 4, Objective = Objective.Layer("relu3_2") };
    private static readonly RegionMask Left = new() { Shape = RegionShape.Left, Extent = 0.5, Feather = 0.03 };

    [Theory]
    [InlineData(OctaveCarry.Detail, ColourLock.None, GradientNorm.Mean)]
    [InlineData(OctaveCarry.Picture, ColourLock.Moments, GradientNorm.Deviation)]
    [InlineData(OctaveCarry.Detail, ColourLock.Chroma, GradientNorm.Adam)]
    public void Where_a_mask_is_black_nothing_changes(OctaveCarry carry, ColourLock colours, GradientNorm normaliser)
    {
        var photo = Photo(80, 96);
        var dream = (Quick with { Mask = Left, Carry = carry, Colours = colours, Normaliser = normaliser, Rounds = 2 }).Run(Network.Embedded, photo).Picture;
        var weights = MaskDrawing.Draw(Left, [], 80, 96);
        Assert.Equal(0, weights[95]);
        Assert.Equal(1, weights[0]);
        Assert.Contains(weights, weight => weight is > 0.2f and < 0.8f);
        var changed = 0.0;
        for (var index = 0; index < photo.Rgb.Length; index++)
            if (weights[index % weights.Length] == 0) Assert.Equal(photo.Rgb[index], dream.Rgb[index]);
            else changed += Math.Abs(photo.Rgb[index] - dream.Rgb[index]);
        Assert.True(changed > 10, $"{changed}");
    }

    [Fact]
    public void A_mask_that_is_white_everywhere_is_none()
    {
        var photo = Photo(64, 64);
        var white = new RegionMask { Shape = RegionShape.Picture, Picture = 0 };
        var masked = (Quick with { Mask = white, Pictures = [new Picture(32, 32, [.. Enumerable.Repeat(1f, 3 * 32 * 32)])] }).Run(Network.Embedded, photo);
        Assert.Equal(Quick.Run(Network.Embedded, photo).Picture.Rgb, masked.Picture.Rgb);
    }

    [Fact]
    public void A_part_moves_as_far_as_the_whole_would()
    {
        var photo = Photo(96, 96);
        var settings = Quick with { Octaves = 1, Steps = 1, Jitter = 0, StepSize = 1 };
        var dream = (settings with { Mask = Left with { Feather = 0 } }).Run(Network.Embedded, photo).Picture;
        var moved = Enumerable.Range(0, photo.Rgb.Length).Where(index => index % 96 < 48).Average(index => Math.Abs(dream.Rgb[index] - photo.Rgb[index])) * 255;
        // what clips at black and white moves less
        Assert.InRange(moved, 0.8, 1.0001);
    }

    [Fact]
    public void Each_region_takes_the_step_of_its_own_objective()
    {
        var photo = Photo(64, 80);
        Objective other = Objective.Layer("relu2_2", 3);
        var settings = Quick with { Octaves = 1, Steps = 1, Jitter = 0, StepSize = 0.5 };
        var dream = (settings with { Regions = [new(Left with { Feather = 0 }, other)] }).Run(Network.Embedded, photo).Picture;
        var (own, foreign) = (settings.Run(Network.Embedded, photo).Picture, (settings with { Objective = other }).Run(Network.Embedded, photo).Picture);
        Assert.True(Alike(dream, own, column => column >= 40) > 0.999);
        Assert.True(Alike(dream, foreign, column => column < 40) > 0.999);
        Assert.True(Alike(dream, own, column => column < 40) < 0.9);

        // the cosine between two changes of the photo
        double Alike(Picture a, Picture b, Func<int, bool> where)
        {
            var (product, first, second) = (0.0, 0.0, 0.0);
            for (var index = 0; index < photo.Rgb.Length; index++)
            {
                if (!where(index % 80) || photo.Rgb[index] is < 0.1f or > 0.9f) continue;
                var (left, right) = (a.Rgb[index] - photo.Rgb[index], b.Rgb[index] - photo.Rgb[index]);
                (product, first, second) = (product + (double)left * right, first + (double)left * left, second + (double)right * right);
            }
            return product / Math.Sqrt(first * second);
        }
    }

    [Fact]
    public void Regions_share_what_the_mask_leaves() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed);
        var (height, width) = (random.Next(8, 40), random.Next(8, 40));
        RegionMask Any() => new() { Shape = (RegionShape)random.Next(1, 5), Centre = new(random.Uniform(), random.Uniform()), Extent = random.Uniform(0.1, 1), Inverted = random.Next(0, 1) == 1, Feather = random.Uniform(0, 0.2) };
        var settings = Quick with { Mask = random.Next(0, 1) == 1 ? Any() : null, Regions = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => new DreamRegion(Any(), Quick.Objective!))] };
        var dreaming = settings.Mask is { } mask ? MaskDrawing.Draw(mask, [], height, width) : [.. Enumerable.Repeat(1f, height * width)];
        if (dreaming.All(weight => weight == 0)) return;
        if (RegionWeights.Of(settings, [new(height, width)], null) is not { } weights)
        {
            Assert.True(settings.Mask is null && settings.Regions.Count == 0);
            return;
        }
        var parts = Enumerable.Range(0, 1 + settings.Regions.Count).Select(part => weights.At(0, part)).ToList();
        for (var index = 0; index < dreaming.Length; index++)
        {
            Assert.All(parts, part => Assert.True(part is null || part[index] >= 0));
            Assert.Equal(dreaming[index], parts.Sum(part => part?[index] ?? 0), 1e-5f);
        }
    }, iter: 200);

    [Fact]
    public void What_hides_under_clear_pixels_neither_changes_nor_matters()
    {
        var (photo, alpha) = (Photo(72, 72), new float[72 * 72]);
        for (var index = 0; index < alpha.Length; index++) alpha[index] = Math.Clamp((index % 72 - 30) / 8f, 0, 1);
        var seen = Quick.Run(Network.Embedded, new Picture(72, 72, photo.Rgb, alpha)).Picture;
        var hidden = (float[])photo.Rgb.Clone();
        for (var index = 0; index < hidden.Length; index++)
            if (alpha[index % alpha.Length] == 0) hidden[index] = 1 - hidden[index];
        var other = Quick.Run(Network.Embedded, new Picture(72, 72, hidden, alpha)).Picture;
        Assert.Equal(alpha, seen.Alpha);
        for (var index = 0; index < hidden.Length; index++)
            if (alpha[index % alpha.Length] == 0) Assert.Equal((photo.Rgb[index], hidden[index]), (seen.Rgb[index], other.Rgb[index]));
            else Assert.Equal(seen.Rgb[index], other.Rgb[index]);
        Assert.Contains("clear", Assert.Throws<ReverieException>(() => Quick.Run(Network.Embedded, new Picture(72, 72, photo.Rgb, new float[72 * 72]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_are_read_as_text()
    {
        using var folder = new TempFolder();
        Photo(20, 20).Save(folder["a=b.png"]);
        var objectives = new ObjectiveParser(Network.Embedded, 100, 200);
        var parser = new RegionParser(objectives, 0.01);
        Assert.Equal(new() { Shape = RegionShape.Circle, Centre = new(0.5, 0.25), Extent = 0.3, Feather = 0.01 }, parser.Mask("circle(50%,25%,30%)"));
        Assert.Equal(new() { Shape = RegionShape.Top, Extent = 0.4, Inverted = true, Feather = 0.01 }, parser.Mask("not(top(40%))"));
        var region = parser.Region($"{folder["a=b.png"]}=relu2_2 - relu3_2:4");
        Assert.Equal((RegionShape.Picture, 0), (region.Where.Shape, region.Where.Picture));
        Assert.Equal(2, region.Objective.Terms.Count);
        Assert.Equal([folder["a=b.png"]], objectives.PictureFiles);
        foreach (var (text, says) in new[] { ("nothing.png", "no mask 'nothing.png'"), ("oval(1%)", "'oval(...)' is no mask"), ("top(x)", "no share"), ("circle(50%)", "no circle") })
            Assert.Contains(says, Assert.Throws<ReverieException>(() => parser.Mask(text)).Message, StringComparison.Ordinal);
        Assert.Contains("no region", Assert.Throws<ReverieException>(() => parser.Region("relu2_2")).Message, StringComparison.Ordinal);
        Assert.Contains("same shape", Assert.Throws<ReverieException>(() => MaskDrawing.Draw(new() { Shape = RegionShape.Picture, Picture = 0 }, [Photo(20, 20)], 20, 40)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mixtures_take_their_share_of_the_steps_in_every_run_of_them() => Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[1, 200]).Sample((share, carried, count) =>
    {
        var mix = new IterationMix { Objective = Quick.Objective!, Share = share, Carried = carried };
        var taken = Enumerable.Range(0, count).Count(mix.Takes);
        Assert.InRange(taken, count * share - 1.001, count * share + 1.001);
    });

    private static Picture Photo(int height, int width) => new(height, width, Array.ConvertAll(HashPicture.Levels(height, width, 5), level => level / 255f));
}
