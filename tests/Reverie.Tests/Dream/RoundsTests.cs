using Reverie.Dream;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Dream;

public class RoundsTests
{
    private static readonly DeepDream Quick = new() { Octaves = 2, Steps = 2, Jitter = 0 };
    private static readonly Picture Photo = CardCheck.Sample().Resize(80, 80);

    [Fact]
    public void Two_rounds_are_a_dream_of_a_dream()
    {
        var once = Quick.Run(Network.Embedded, Photo).Picture;
        var twice = Quick.Run(Network.Embedded, once).Picture;
        Assert.Equal(twice.Rgb, (Quick with { Rounds = 2 }).Run(Network.Embedded, Photo).Picture.Rgb);
        Assert.Equal(once.Rgb, (Quick with { Rounds = 1, Then = [Objective.Layer("relu2_2")] }).Run(Network.Embedded, Photo).Picture.Rgb);
    }

    [Fact]
    public void Each_round_takes_the_next_objective_and_after_the_last_the_first()
    {
        Objective first = Objective.Layer("relu4_3"), second = Objective.Layer("relu2_2", 3);
        var expected = Photo;
        foreach (var objective in new[] { first, second, first })
            expected = (Quick with { Objective = objective }).Run(Network.Embedded, expected).Picture;
        var result = (Quick with { Objective = first, Then = [second], Rounds = 3 }).Run(Network.Embedded, Photo);
        Assert.Equal(expected.Rgb, result.Picture.Rgb);
        Assert.Equal(12, result.Steps);
    }

    [Fact]
    public void Rounds_differ_in_their_jitter()
    {
        var settings = Quick with { Jitter = 16, Seed = 5 };
        var once = settings.Run(Network.Embedded, Photo).Picture;
        Assert.NotEqual(settings.Run(Network.Embedded, once).Picture.Rgb, (settings with { Rounds = 2 }).Run(Network.Embedded, Photo).Picture.Rgb);
    }

    [Fact]
    public void Strength_by_octave_fades_the_fine_ones_out()
    {
        var result = (Quick with { OctaveStrength = [1, 0] }).Run(Network.Embedded, Photo);
        var coarse = (Quick with { StopAfter = 2 }).Run(Network.Embedded, Photo);
        // the largest octave's steps have no strength, so that what is left is the smaller one's detail, enlarged
        Assert.Equal(coarse.Picture.Rgb.Length, result.Picture.Rgb.Length);
        for (var index = 0; index < result.Picture.Rgb.Length; index++) Assert.Equal(coarse.Picture.Rgb[index], result.Picture.Rgb[index], 1e-6f);
    }
}
