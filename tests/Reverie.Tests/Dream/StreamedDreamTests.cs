using Reverie.Dream;
using Reverie.Dream.Streaming;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tests.References;

namespace Reverie.Tests.Dream;

/// <summary>Dreams through scratch files.</summary>
public class StreamedDreamTests
{
    private static readonly DeepDream Quick = new() { Octaves = 2, Steps = 2, Tile = 48, Seed = 9, Objective = Objective.Layer("relu2_2") };

    [Theory]
    [InlineData(GradientNorm.Mean, OctaveCarry.Detail, Seamless.None)]
    [InlineData(GradientNorm.Deviation, OctaveCarry.Picture, Seamless.Both)]
    public void A_streamed_dream_is_the_dream_in_memory_to_the_byte(GradientNorm normaliser, OctaveCarry carry, Seamless seamless)
    {
        using var folder = new TempFolder();
        var photo = Photo(90, 130);
        var settings = Quick with { Normaliser = normaliser, Carry = carry, Seamless = seamless, Rounds = 2, OctaveStrength = [1, 0.5], Octaves = 3 };
        var expected = settings.Run(Network.Embedded, photo);
        using var streamed = StreamedPicture.Of(photo);
        var result = settings.Run(Network.Embedded, streamed);
        using var picture = result.Picture;
        Assert.Equal(expected.Picture.Rgb, picture.ToPicture().Rgb);
        Assert.Equal(expected.Values, result.Values);
        Assert.Equal((expected.ValueBefore, expected.ValueAfter), (result.ValueBefore, result.ValueAfter));
        Assert.Equal(photo.Rgb, streamed.ToPicture().Rgb);
        expected.Picture.Save(folder["memory.png"]);
        picture.Save(folder["streamed.png"]);
        Assert.Equal(File.ReadAllBytes(folder["memory.png"]), File.ReadAllBytes(folder["streamed.png"]));
    }

    [Fact]
    public void What_needs_the_whole_picture_is_refused_by_name()
    {
        using var streamed = StreamedPicture.Of(Photo(64, 64));
        Assert.Contains("Adam needs the whole picture", Assert.Throws<ReverieException>(() => (Quick with { Normaliser = GradientNorm.Adam }).Run(Network.Embedded, streamed)).Message, StringComparison.Ordinal);
        Assert.Contains("colour lock", Assert.Throws<ReverieException>(() => (Quick with { Colours = ColourLock.Chroma }).Run(Network.Embedded, streamed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_before_the_first_step_it_gives_the_picture_back()
    {
        using var cancellation = new CancellationTokenSource();
        using var streamed = StreamedPicture.Of(Photo(64, 64));
        var result = Quick.Run(Network.Embedded, streamed, new CancelAtOnce(cancellation), cancellation: cancellation.Token);
        using var picture = result.Picture;
        Assert.Equal(1, result.Steps);
        Assert.True(result.Cancelled);
        Assert.NotEqual(streamed.ToPicture().Rgb, picture.ToPicture().Rgb);
    }

    [Fact]
    public void Tiles_are_as_large_as_the_memory_allows()
    {
        var settings = Quick with { Tile = null, Objective = Objective.Layer("relu4_3") };
        // what other tests of this process keep resident counts too
        var resident = Machine.ResidentBytes * 5 / 4;
        var (plenty, little) = (DreamMemory.For(settings, Network.Embedded, 8192, 8192, 40_000_000_000), DreamMemory.For(settings, Network.Embedded, 8192, 8192, resident + 1_200_000_000));
        Assert.False(plenty.IsStreamed);
        Assert.True(little.IsStreamed);
        Assert.InRange(little.Tile!.Value, 128, 2048);
        Assert.True(DreamMemory.For(settings, Network.Embedded, 8192, 8192, resident + 600_000_000).Tile <= little.Tile);
        Assert.Equal((null, false), DreamMemory.For(settings, Network.Embedded, 256, 256, 16_000_000_000) is var small ? (small.Tile, small.IsStreamed) : default);
        Assert.Contains("too little memory", Assert.Throws<ReverieException>(() => DreamMemory.For(settings, Network.Embedded, 8192, 8192, 50_000_000)).Message, StringComparison.Ordinal);
    }

    private static Picture Photo(int height, int width) => new(height, width, Array.ConvertAll(HashPicture.Levels(height, width, 5), level => level / 255f));

    private sealed class CancelAtOnce(CancellationTokenSource cancellation) : IProgress<DreamProgress>
    {
        public void Report(DreamProgress value) => cancellation.Cancel();
    }
}
