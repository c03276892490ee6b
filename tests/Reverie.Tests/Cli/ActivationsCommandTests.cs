using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tensors;

namespace Reverie.Tests.Cli;

public class ActivationsCommandTests
{
    [Fact]
    public async Task Chosen_channels_are_those_of_the_whole_tensor()
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        Assert.Equal(0, (await Command.Run("activations", "--input", folder["cat.png"], "--layer", "relu3_2", "--out", folder["all.npy"])).Code);
        Assert.Equal(0, (await Command.Run("activations", "--input", folder["cat.png"], "--layer", "relu3_2:5,2", "--out", folder["two.npy"])).Code);
        var (all, two) = (Npy.Read(folder["all.npy"]), Npy.Read(folder["two.npy"]));
        Assert.Equal([1, all.Shape[1], 40, 40], all.Shape);
        Assert.Equal([1, 2, 40, 40], two.Shape);
        Assert.Equal(all.ToFloat32()[(5 * 1600)..(6 * 1600)], two.ToFloat32()[..1600]);
        Assert.Equal(all.ToFloat32()[(2 * 1600)..(3 * 1600)], two.ToFloat32()[1600..]);
    }

    [Fact]
    public async Task A_picture_is_fed_whole_where_that_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Resize(50, 70).Save(folder["cat.png"]);
        Assert.Equal(0, (await Command.Run("activations", "--input", folder["cat.png"], "--layer", "relu1_1", "--out", folder["a.npy"], "--native")).Code);
        Assert.Equal([1, 16, 50, 70], Npy.Read(folder["a.npy"]).Shape);
    }

    [Theory]
    [InlineData("there is no layer 'relu9'", "relu9")]
    [InlineData("relu1_1 has no channel 16; it has 16, counted from 0", "relu1_1:16")]
    [InlineData("'x' is not a channel of relu1_1", "relu1_1:x")]
    public async Task A_layer_that_is_not_there_is_refused(string expected, string layer)
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        Assert.Contains(expected, await Command.Refuse("activations", "--input", folder["cat.png"], "--layer", layer, "--out", folder["a.npy"]), StringComparison.Ordinal);
    }
}
