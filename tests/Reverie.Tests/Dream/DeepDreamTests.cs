using Reverie.Dream;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Tests.Dream;

public class DeepDreamTests
{
    private static readonly DeepDream Quick = new() { Octaves = 2, Steps = 3, Jitter = 8, Seed = 3 };

    [Fact]
    public void A_layer_becomes_more_active_and_equal_seeds_give_equal_pictures()
    {
        var photo = Photo(96, 128);
        var first = Quick.Run(Network.Embedded, photo);
        Assert.True(first.Gain > 1.5, $"{first.Gain}");
        Assert.Equal(6, first.Steps);
        Assert.Equal([new(69, 91), new(96, 128)], first.Octaves);
        Assert.Equal(first.Picture.Rgb, Quick.Run(Network.Embedded, photo).Picture.Rgb);
        Assert.NotEqual(first.Picture.Rgb, (Quick with { Seed = 4 }).Run(Network.Embedded, photo).Picture.Rgb);
        Assert.All(first.Picture.Rgb, value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public void A_step_changes_the_average_pixel_by_the_step_size()
    {
        var photo = Photo(64, 64);
        var result = (Quick with { Octaves = 1, Steps = 1, StepSize = 0.5 }).Run(Network.Embedded, photo);
        Assert.Equal(0.5, result.Picture.Rgb.Zip(photo.Rgb, (after, before) => Math.Abs(after - before)).Average() * 255, 0.01);
    }

    [Fact]
    public void Chosen_channels_grow_more_than_the_rest()
    {
        var photo = Photo(96, 96);
        var chosen = (Quick with { Objective = Objective.Layer("relu4_3", 5) }).Run(Network.Embedded, photo).Picture;
        var all = Quick.Run(Network.Embedded, photo).Picture;
        Assert.True(Energy(chosen, 5) > Energy(all, 5));

        static double Energy(Picture picture, int channel)
        {
            using var results = Network.Embedded.CompiledTo("relu4_3").Run(new Dictionary<string, RuntimeTensor> { [Network.Embedded.Input] = Network.Embedded.ToInput(picture) });
            var tensor = results["relu4_3"];
            var plane = (int)(tensor.Shape[2] * tensor.Shape[3]);
            return tensor.Span<float>().Slice(channel * plane, plane).ToArray().Sum(value => (double)value * value);
        }
    }

    [Fact]
    public void Several_layers_are_a_weighted_sum()
    {
        var photo = Photo(64, 80);
        var settings = Quick with { Octaves = 1, Steps = 1, Jitter = 0 };
        Objective one = Objective.Layer("relu4_3"), other = Objective.Layer("relu2_2");
        var plain = (2 * one + 3 * other) with { Balance = LayerBalance.None };
        var value = (settings with { Objective = plain }).Run(Network.Embedded, photo).Values[0];
        var expected = 2 * (settings with { Objective = one }).Run(Network.Embedded, photo).Values[0] + 3 * (settings with { Objective = other }).Run(Network.Embedded, photo).Values[0];
        Assert.Equal(expected, value, expected * 1e-5);
        // ||a|| instead of 1/2 ||a||^2
        var balanced = (settings with { Objective = 2 * one + 3 * other }).Run(Network.Embedded, photo).Values[0];
        var norms = 2 * Math.Sqrt(2 * (settings with { Objective = one }).Run(Network.Embedded, photo).Values[0]) + 3 * Math.Sqrt(2 * (settings with { Objective = other }).Run(Network.Embedded, photo).Values[0]);
        Assert.Equal(norms, balanced, norms * 1e-5);
    }

    [Fact]
    public void A_black_picture_of_a_dead_layer_changes_nothing_and_says_so()
    {
        var settings = Quick with { Objective = 0 * Objective.Layer("relu4_3"), Octaves = 1 };
        var photo = Photo(64, 64);
        var result = settings.Run(Network.Embedded, photo);
        Assert.Equal(3, result.DeadSteps);
        Assert.Equal(photo.Rgb, result.Picture.Rgb);
    }

    [Fact]
    public void A_cancelled_run_keeps_the_picture_so_far_at_full_size()
    {
        using var cancellation = new CancellationTokenSource();
        var photo = Photo(96, 96);
        var result = Quick.Run(Network.Embedded, photo, new CancelAt(2, cancellation), cancellation: cancellation.Token);
        Assert.True(result.Cancelled);
        Assert.Equal(2, result.Steps);
        Assert.Equal((96, 96), (result.Picture.Height, result.Picture.Width));
        Assert.NotEqual(photo.Rgb, result.Picture.Rgb);
        Assert.Equal(result.Picture.Rgb, (Quick with { StopAfter = 2 }).Run(Network.Embedded, photo).Picture.Rgb);
    }

    [Fact]
    public void Odd_and_tiny_pictures_dream_too()
    {
        foreach (var (height, width) in new[] { (33, 47), (40, 200), (19, 35), (65, 33) })
        {
            var result = Quick.Run(Network.Embedded, Photo(height, width));
            Assert.Equal((height, width), (result.Picture.Height, result.Picture.Width));
        }
    }

    [Fact]
    public void A_picture_too_small_for_the_layer_is_refused_by_name() =>
        Assert.Contains("too small for relu5_3", Assert.Throws<ReverieException>(() => Quick.Run(Network.Embedded, Photo(7, 9))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 1.4, 10, 1.5)]
    [InlineData(4, 1.0, 10, 1.5)]
    [InlineData(4, 1.4, 0, 1.5)]
    [InlineData(4, 1.4, 10, double.NaN)]
    public void Settings_out_of_range_are_refused(int octaves, double scale, int steps, double step) =>
        Assert.Throws<ReverieException>(() => new DeepDream { Octaves = octaves, OctaveScale = scale, Steps = steps, StepSize = step }.Run(Network.Embedded, Photo(64, 64)));

    private static Picture Photo(int height, int width) =>
        new(height, width, Array.ConvertAll(Tests.References.HashPicture.Levels(height, width, 5), level => level / 255f));

    [Fact]
    public void Cancelled_in_the_first_step_of_an_octave_it_repeats_to_the_byte()
    {
        using var cancellation = new CancellationTokenSource();
        var photo = CardCheck.Sample().Resize(960, 960);
        var settings = new DeepDream { Octaves = 3, OctaveScale = 2.4, Steps = 2, Jitter = 0 };
        // The second octave's first step takes longer than the delay; where it does not, the run still has to repeat.
        var result = settings.Run(Network.Embedded, photo, new CancelAt(2, cancellation, milliseconds: 25), cancellation: cancellation.Token);
        Assert.InRange(result.Steps, 2, 6);
        var again = (settings with { StopAfter = result.Steps }).Run(Network.Embedded, photo);
        Assert.Equal(result.Picture.Rgb, again.Picture.Rgb);
    }

    private sealed class CancelAt(int step, CancellationTokenSource cancellation, int milliseconds = 0) : IProgress<DreamProgress>
    {
        private int _steps;

        public void Report(DreamProgress value)
        {
            if (++_steps != step) return;
            if (milliseconds == 0) cancellation.Cancel();
            else cancellation.CancelAfter(milliseconds);
        }
    }
}
