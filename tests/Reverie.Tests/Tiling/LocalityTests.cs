using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Tiling;

namespace Reverie.Tests.Tiling;

public class LocalityTests
{
    // two 3x3 convolutions and a 2x2 pool: 2 pixels either side, then 6 wide with stride 2
    [Theory]
    [InlineData("relu1_2", 1, 5, 2, 2)]
    [InlineData("pool1", 2, 6, 2, 2)]
    [InlineData("relu2_2", 2, 14, 6, 6)]
    public void Fields_of_the_embedded_network(string layer, double stride, long size, long before, long after)
    {
        var (y, x) = Locality.Of(Network.Embedded.Graph, [layer]).FieldOf(layer);
        Assert.Equal(y, x);
        Assert.Equal((stride, size, before, after), (y.Stride, y.Size, y.HaloBefore, y.HaloAfter));
    }

    [Fact]
    public void The_field_of_googlenets_4c_is_299_pixels()
    {
        using var network = Network.Load(Shared.Require("models", "googlenet.onnx"));
        var (y, _) = Locality.Of(network.Graph, ["inception_4c/output"]).FieldOf("inception_4c/output");
        Assert.Equal((16.0, 299L, 16L), (y.Stride, y.Size, y.Alignment));
    }

    [Fact]
    public void What_looks_at_the_whole_picture_is_refused_by_name()
    {
        var exception = Assert.Throws<ReverieException>(() => Locality.Of(Network.Embedded.Graph, [Network.Embedded.Logits]));
        Assert.Matches("^operator (GlobalAveragePool|ReduceMean|Flatten|Reshape).* cannot work in tiles", exception.Message);
    }

    // squeeze-and-excite: a gate for each channel, computed from all of the picture
    [Theory]
    [InlineData("GlobalAveragePool")]
    [InlineData("InstanceNormalization")]
    [InlineData("Where")]
    public void Global_operators_and_operands_that_differ_from_place_to_place_are_refused(string kind)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Of(1), Dim.Of(2), Dim.Symbol("H"), Dim.Symbol("W")])));
        var emitter = new Emitter(graph);
        var x = emitter["x"];
        var y = kind switch
        {
            "GlobalAveragePool" => x * x.Apply("GlobalAveragePool").Sigmoid(),
            "InstanceNormalization" => emitter.Op(kind, x, emitter.Constant("s", Tensor.Of([1f, 1f], 2)), emitter.Constant("b", Tensor.Of([0f, 0f], 2))),
            _ => (x > 0).Choose(x, emitter.Constant("places", Tensor.Of<float>(new float[9], 1, 1, 3, 3))),
        };
        graph.Refresh();
        Assert.Contains(kind, Assert.Throws<ReverieException>(() => Locality.Of(graph, [y.Name])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tiles_own_every_position_once_and_are_of_nearly_one_size()
    {
        var locality = Locality.Of(Network.Embedded.Graph, ["relu2_2", "relu4_3"]);
        var plan = TilePlan.Create(locality, 203, 170, 64, 48);
        Assert.True(plan.Tiles.Count is >= 12 and <= 20, $"{plan.Tiles.Count}");
        for (var layer = 0; layer < 2; layer++)
        {
            var owners = new Dictionary<(int, int), int>();
            foreach (var tile in plan.Tiles.Select(tile => tile.Layers[layer]))
                for (var row = 0; row < tile.Owned.Height; row++)
                    for (var column = 0; column < tile.Owned.Width; column++)
                        owners[(tile.Top + row, tile.Left + column)] = owners.GetValueOrDefault((tile.Top + row, tile.Left + column)) + 1;
            Assert.All(owners.Values, count => Assert.Equal(1, count));
            Assert.Equal(layer == 0 ? 101 * 85 : owners.Count, owners.Count);
        }
        Assert.InRange(plan.Overhead, 1, 6);
    }
}
