using CsCheck;
using Reverie.Dream;
using Reverie.Dream.Gradients;
using Reverie.Dream.Objectives;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.Autodiff;
using Reverie.Tests.References;

namespace Reverie.Tests.Dream;

/// <summary>Dreams tile by tile: as dreams of the whole picture; and seamless ones.</summary>
public class TiledDreamTests
{
    private static readonly Network Net = Network.Embedded;

    public static TheoryData<string> Objectives => ["energy", "channels", "place", "mean", "guide", "direction", "balanced", "sum"];

    // Rounding flips a mask now and then, which no tile is to blame for.
    [Theory]
    [MemberData(nameof(Objectives))]
    public void A_tiled_gradient_is_that_of_the_whole_picture(string kind)
    {
        Objective one = Objective.Layer("relu3_2"), other = Objective.Layer("relu2_2", 3, 5);
        var objective = kind switch
        {
            "energy" => one,
            "channels" => other,
            "place" => Of(new() { Layer = "relu4_3", At = new(0.7, 0.4) }),
            "mean" => Of(new() { Layer = "relu3_2", Measure = ObjectiveMeasure.Mean, Channels = [1, 2] }),
            "guide" => Of(new() { Layer = "relu3_2", Measure = ObjectiveMeasure.Guide, Guide = 0 }),
            "direction" => Of(new() { Layer = "relu3_2", Measure = ObjectiveMeasure.Direction, Direction = [.. Enumerable.Range(0, 64).Select(index => index % 5 - 2f)] }),
            "balanced" => one - 0.5 * other + Of(new() { Layer = "relu4_1", Measure = ObjectiveMeasure.Mean }),
            _ => (one + other) with { Balance = LayerBalance.None },
        };
        var size = new OctaveSize(150, 196);
        var guides = new GuideFeatures(Net, [Photo(64, 64)], null);
        using var whole = new CompiledGradient(Net, ObjectiveGraph.Build(Net, objective, guides), null);
        using var tiled = new TiledGradient(Net, TiledObjectiveGraph.Build(Net, objective, guides), new(64, false, false), null);
        var photo = Photo(size.Height, size.Width).Rgb;
        float[] expected = new float[photo.Length], actual = new float[photo.Length];
        var shift = new Shift(13, -7);
        var value = whole.Gradient(photo, size, shift, expected, CancellationToken.None);
        Assert.Equal(value, tiled.Gradient(photo, size, shift, actual, CancellationToken.None), Math.Abs(value) * 1e-5);
        var plain = whole.Value(photo, size, CancellationToken.None);
        Assert.Equal(plain, tiled.Value(photo, size, CancellationToken.None), Math.Abs(plain) * 1e-5);
        var error = Array(actual).RelativeError(Array(expected));
        Assert.True(error < 2e-3, $"{kind}: {error:E2}");

        static Objective Of(ObjectiveTerm term) => new() { Terms = [term] };
        static Array64 Array(float[] values) => new([.. values.Select(value => (double)value)], [values.Length]);
    }

    [Fact]
    public void A_tiled_dream_looks_like_the_whole_one()
    {
        var photo = Photo(140, 180);
        var settings = new DeepDream { Octaves = 2, Steps = 3, Seed = 5, Objective = Objective.Layer("relu3_2") };
        var whole = settings.Run(Net, photo);
        var tiled = (settings with { Tile = 64 }).Run(Net, photo);
        Assert.InRange(tiled.Gain / whole.Gain, 0.999, 1.001);
        Assert.InRange(whole.Picture.Rgb.Zip(tiled.Picture.Rgb, (a, b) => Math.Abs(a - b)).Average(), 0, 2e-4);
    }

    // dream(roll(x)) = roll(dream(x)) for rolls by multiples of the total stride, one octave
    [Fact]
    public void Seamless_dreams_commute_with_rolls() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed);
        var (height, width) = (8 * random.Next(4, 14), 8 * random.Next(4, 14));
        var (down, right) = (8 * random.Next(-5, 5), 8 * random.Next(-5, 5));
        var seamless = random.Next(0, 1) == 0 ? Seamless.Both : Seamless.Across;
        if (seamless == Seamless.Across) down = 0;
        var settings = new DeepDream { Octaves = 1, Steps = 2, Seed = seed, Seamless = seamless, Objective = Objective.Layer("relu4_1"), Tile = random.Next(32, 80) };
        var photo = Photo(height, width);
        var rolled = new Picture(height, width, Rolled(photo.Rgb, down, right));
        var expected = Rolled(settings.Run(Net, photo).Picture.Rgb, down, right);
        var actual = settings.Run(Net, rolled).Picture.Rgb;
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average() * 255, 0, 0.01);

        float[] Rolled(float[] planes, int dy, int dx)
        {
            var result = new float[planes.Length];
            Roll.Shift(planes, 3, height, width, dy, dx, result);
            return result;
        }
    }, iter: 6, threads: 1);

    [Fact]
    public void Seamless_dreams_have_octaves_and_fit_at_the_seam()
    {
        var photo = Photo(96, 120);
        var settings = new DeepDream { Octaves = 3, Steps = 4, Seamless = Seamless.Both, Objective = Objective.Layer("relu4_3") };
        var result = settings.Run(Net, photo);
        // 8 is the total stride of relu4_3
        Assert.All(result.Octaves.SkipLast(1), size => Assert.Equal((0, 0), (size.Height % 8, size.Width % 8)));
        var open = (settings with { Seamless = Seamless.None }).Run(Net, photo);
        Assert.True(Step(result.Picture, photo) < Step(open.Picture, photo) * 0.8, $"{Step(result.Picture, photo)} {Step(open.Picture, photo)}");

        // how differently the dream changed the two sides of the seam
        static double Step(Picture picture, Picture photo) => Enumerable.Range(0, 3 * picture.Height)
            .Average(row => Math.Abs(picture.Rgb[row * 120 + 119] - photo.Rgb[row * 120 + 119] - picture.Rgb[row * 120] + photo.Rgb[row * 120]));
    }

    [Fact]
    public void Class_dreams_look_at_the_whole_picture_and_are_refused_tiles_by_name() =>
        Assert.Contains("cannot work in tiles", Assert.Throws<ReverieException>(() =>
            new DeepDream { Objective = Objective.Class(Net, "3"), Tile = 64, Octaves = 1 }.Run(Net, Photo(64, 64))).Message, StringComparison.Ordinal);

    private static Picture Photo(int height, int width) => new(height, width, System.Array.ConvertAll(HashPicture.Levels(height, width, 5), level => level / 255f));
}
