using CsCheck;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Tests.Autodiff;
using Reverie.Tests.References;
using Reverie.Tiling;

namespace Reverie.Tests.Tiling;

/// <summary>Gradients added up over tiles equal those of the whole picture.</summary>
public class TiledGradientTests
{
    private static readonly int Iterations = int.TryParse(Environment.GetEnvironmentVariable("REVERIE_ITERATIONS"), out var count) ? 4 * count : 40;

    // A tile that needs only constant padding of a layer behind one that mirrors: its crop still has to be long enough to be mirrored.
    [Fact]
    public void Where_a_tile_sees_nothing_but_padding() => AtRandomSizes(2446953903);

    [Fact]
    public void Of_random_networks_at_random_sizes() => Gen.ULong.Sample(AtRandomSizes, iter: Iterations, threads: 1);

    private static void AtRandomSizes(ulong seed)
    {
        var network = RandomNetwork.Make(seed);
        var random = new CounterRandom(seed, stream: 1);
        var layers = network.Layers.Take(random.Next(1, 2)).ToList();
        var locality = Locality.Of(network.Graph, layers);
        var (height, width) = (random.Next(16, 60), random.Next(16, 60));
        var x = Picture(random, height, width);
        using var objective = new MaskedObjective(network.Graph, layers);
        if (Runs(() => objective.Whole(x)) is not var (value, gradient)) return;
        var plan = TilePlan.Create(locality, height, width, random.Next(1, 40), random.Next(1, 40));
        var (sum, tiled) = objective.Tiled(x, plan);
        Equal(value, gradient, sum, tiled, x.Shape, 1e-9, $"{string.Join("; ", network.Graph.Nodes)} at {height} x {width} in {plan.Tiles.Count} tiles");
    }

    // A picture without ends: the whole is the picture with a margin of itself around it, of which only the middle counts.
    [Fact]
    public void Of_random_networks_on_pictures_that_wrap_around() => Gen.ULong.Sample(seed =>
    {
        var network = RandomNetwork.Make(seed, hasEdges: false);
        var random = new CounterRandom(seed, stream: 1);
        var layer = network.Layers[0];
        var locality = Locality.Of(network.Graph, [layer]);
        var (fieldY, fieldX) = locality.FieldOf(layer);
        int cellY = (int)locality.AlignmentY, cellX = (int)locality.AlignmentX;
        var (height, width) = (cellY * random.Next(1, 24 / cellY), cellX * random.Next(1, 24 / cellX));
        var (above, left) = (Margin(fieldY), Margin(fieldX));
        var x = Picture(random, height, width);
        var (tall, wide) = (height + 2 * above, width + 2 * left);
        var places = Enumerable.Range(0, 2 * tall * wide).Select(index =>
        {
            var (row, column) = (index / wide % tall - above, index % wide - left);
            return (index / (tall * wide) * height + ((row % height) + height) % height) * width + ((column % width) + width) % width;
        }).ToArray();
        using var objective = new MaskedObjective(network.Graph, [layer]);
        var larger = new Array64(Array.ConvertAll(places, place => x.Data[place]), [1, 2, tall, wide]);
        if (Runs(() => objective.Whole(larger, Middle)) is not var (value, margin)) return;
        double[] Middle(int _, long[] shape)
        {
            var (top, first, rows, columns) = ((int)(above / fieldY.Stride), (int)(left / fieldX.Stride), (int)(height / fieldY.Stride), (int)(width / fieldX.Stride));
            return [.. Enumerable.Range(0, (int)(shape[0] * shape[1])).Select(index =>
                index / shape[1] - top is var row && row >= 0 && row < rows && index % shape[1] - first is var column && column >= 0 && column < columns ? 1.0 : 0.0)];
        }

        var gradient = new double[x.Data.Length];
        for (var index = 0; index < places.Length; index++) gradient[places[index]] += margin[index];
        var plan = TilePlan.Create(locality, height, width, random.Next(1, 24), random.Next(1, 24), PictureEdge.Open, PictureEdge.Open);
        var (sum, tiled) = objective.Tiled(x, plan);
        Equal(value, gradient, sum, tiled, x.Shape, 1e-9, $"{string.Join("; ", network.Graph.Nodes)} at {height} x {width} in {plan.Tiles.Count} tiles");

        static int Margin(ReceptiveField field) => (int)((Math.Max(field.HaloBefore, field.HaloAfter) / field.Alignment + 2) * field.Alignment);
    }, iter: Iterations / 2, threads: 1);

    // reverie-s without the shared folder: the embedded network; its smooth twin, for rounding flips masks and winners in float32.
    [Theory]
    [InlineData("relu2_2", 100, 132, 64)]
    [InlineData("relu4_3", 150, 97, 64)]
    public void Of_the_embedded_network(string layer, int height, int width, int tile) =>
        Network_gradient(Network.Embedded, [layer], height, width, tile);

    [Fact]
    public void Of_googlenet_at_4c()
    {
        using var network = Network.Load(Shared.Require("models", "googlenet.onnx"));
        Network_gradient(network, ["inception_4c/output", "inception_3b/5x5_reduce"], 330, 200, 160);
    }

    private static void Network_gradient(Network network, string[] layers, int height, int width, int tile)
    {
        var smooth = SmoothTwin.Of(network.Graph);
        var levels = HashPicture.Levels(height, width, 7);
        var x = new Array64(Array.ConvertAll(levels, level => network.Preprocessing.Scale[0] * (level / 255.0 - 0.45)), [1, 3, height, width]);
        var plan = TilePlan.Create(Locality.Of(smooth, layers), height, width, tile, tile);
        Assert.True(plan.Tiles.Count > 1);
        using var objective = new MaskedObjective(smooth, layers, isDouble: false);
        var (value, gradient) = objective.Whole(x);
        var (sum, tiled) = objective.Tiled(x, plan);
        Equal(value, gradient, sum, tiled, x.Shape, 1e-5, $"{network.Name} in {plan.Tiles.Count} tiles");
    }

    private static Array64 Picture(CounterRandom random, int height, int width) =>
        new([.. Enumerable.Range(0, 2 * height * width).Select(_ => random.Normal())], [1, 2, height, width]);

    // The whole picture may be too small for the network's windows, or a size not divide into blocks; nothing that tiles do is excused.
    private static (double Value, double[] Gradient)? Runs(Func<(double, double[])> whole)
    {
        try
        {
            return whole();
        }
        catch (ReverieException)
        {
            return null;
        }
    }

    private static void Equal(double value, double[] gradient, double sum, double[] tiled, long[] shape, double tolerance, string what)
    {
        Assert.True(Math.Abs(value - sum) <= tolerance * Math.Abs(value), $"{what}: the objective is {value:R} whole and {sum:R} in tiles");
        var error = new Array64(tiled, shape).RelativeError(new(gradient, shape));
        Assert.True(error <= tolerance, $"{what}: gradients differ by {error:E2}");
    }
}
