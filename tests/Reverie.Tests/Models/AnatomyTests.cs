using CsCheck;
using Reverie.Models;
using Reverie.Models.Anatomy;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Tests.Models;

/// <summary>Networks taken apart into layers, and arranged for drawings.</summary>
public class AnatomyTests
{
    [Fact]
    public void The_embedded_network_is_taken_apart()
    {
        var network = Network.Embedded;
        var anatomy = NetworkAnatomy.Of(network, new() { Threads = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal((160, 160, 1), (anatomy.Height, anatomy.Width, anatomy.Threads));
        Assert.Equal(network.Graph.Constants.Values.Where(constant => constant.Rank > 0).Sum(constant => constant.Count), anatomy.Layers.Sum(layer => layer.Parameters));
        var layers = anatomy.Layers.ToDictionary(layer => layer.Tensor);
        Assert.Equal(LayerKind.Input, anatomy.Layers[0].Kind);
        var low = layers["relu1_2"];
        Assert.Equal(("Conv 3x3 + Relu", LayerKind.Convolution, (5L, 5L)), (low.Operators, low.Kind, (low.Field!.Value.Y.Size, low.Field.Value.X.Size)));
        Assert.Equal((16 * 16 * 9 + 16, 16L * 16 * 9 * 160 * 160), (low.Parameters, low.Multiplications));
        Assert.Equal([1, 16, 160, 160], low.Shape!);
        Assert.Equal(["conv1_2", "relu1_2"], low.Tensors);
        Assert.Equal(["style"], low.Uses);
        // three convolutions 8 pixels apart upon what saw 36
        Assert.Equal(84, layers["relu4_3"].Field!.Value.Y.Size);
        Assert.Null(layers["logits"].Field);
        Assert.Equal(["logits"], layers["logits"].Uses);
        Assert.Equal(512 * 1000, layers["logits"].Multiplications);
        Assert.All(anatomy.Layers.Where(layer => layer.Kind == LayerKind.Convolution), layer => Assert.True(layer.Time > TimeSpan.Zero, layer.Tensor));
        Assert.True(anatomy.Total >= anatomy.BetweenLayers);
        // no branches: one lane
        Assert.All(LayerLanes.Of(anatomy.Layers), row => Assert.Equal((0, 0), (row.Lane, row.Passing.Count)));
    }

    [Fact]
    public void Branches_groups_and_what_sees_all()
    {
        using var network = Network.Load(SqueezeAndExcite().ToBytes(), "se");
        var anatomy = NetworkAnatomy.Of(network);
        Assert.Equal(["x", "bias", "grouped", "pooled", "gate", "scaled", "sum"], anatomy.Layers.Select(layer => layer.Tensor));
        Assert.Equal(["picture", "Conv 1x1 + Relu + Add", "Conv 3x3 /2 in 2 groups + Relu", "GlobalAveragePool", "Conv 1x1 + Sigmoid", "Mul", "Add"], anatomy.Layers.Select(layer => layer.Operators));
        Assert.Equal([0, 8 * 8 * 4 * 3, 4 * 4 * 4 * 2 * 9, 0, 4 * 4, 0, 0], anatomy.Layers.Select(layer => layer.Multiplications));
        Assert.Equal([0, 4 * 3 + 4, 4 * 2 * 9, 0, 4 * 4, 0, 0], anatomy.Layers.Select(layer => layer.Parameters));
        Assert.Equal([[], [0], [1], [2], [3], [2, 4], [5, 2]], anatomy.Layers.Select(layer => layer.Reads.ToArray()));
        Assert.Equal([LayerKind.Join, LayerKind.Join], anatomy.Layers.TakeLast(2).Select(layer => layer.Kind));
        // a 3x3 window upon single pixels; from the pool on, everything
        Assert.Equal([null, 1L, 3L, null, null, null, null], anatomy.Layers.Select(layer => layer.Kind == LayerKind.Input ? null : layer.Field?.X.Size));
        Assert.Null(anatomy.Total);
        Assert.All(anatomy.Layers, layer => Assert.Null(layer.Time));
        Assert.Equal([0, 0, 0, 1, 1, 1, 0], LayerLanes.Of(anatomy.Layers).Select(row => row.Lane));
    }

    [Fact]
    public void No_two_lines_of_a_drawing_lie_on_one_another() =>
        Gen.Int[0, 1 << 20].Array[1, 30].Select(seeds => seeds.Select((seed, index) => Layer(index, Sources(seed, index))).ToList()).Sample(layers =>
        {
            var rows = LayerLanes.Of(layers);
            for (var index = 0; index < layers.Count; index++)
            {
                Assert.Equal(layers[index].Reads.Order(), rows[index].Links.Select(link => link.From).Order());
                // a lane belongs to its layer from there to the last that reads it, and to no other meanwhile
                var last = layers.FindLastIndex(layer => layer.Reads.Contains(index));
                for (var row = index + 1; row <= last; row++)
                {
                    Assert.Equal(row < last, rows[row].Passing.Contains(rows[index].Lane));
                    if (row < last) Assert.NotEqual(rows[index].Lane, rows[row].Lane);
                }
                Assert.All(rows[index].Links, link => Assert.Equal((rows[link.From].Lane, layers.FindLastIndex(layer => layer.Reads.Contains(link.From)) == index), (link.Lane, link.Ends)));
            }
        }, iter: 300);

    [Fact]
    public void Times_find_their_tensors_in_every_layout()
    {
        using var network = Network.Load(SqueezeAndExcite().ToBytes(), "se");
        var before = Recordings();
        foreach (var level in Enum.GetValues<OptimizationLevel>())
        {
            var known = network.Layers.ToHashSet();
            using var compiled = CompiledGraph.Compile(network.Graph, new() { Optimization = level, Threads = 1 }, profile: true, cancellation: TestContext.Current.CancellationToken);
            for (var run = 0; run < 3; run++)
                compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = RuntimeTensor.Of(new float[3 * 64], 1, 3, 8, 8) }, cancellation: TestContext.Current.CancellationToken).Dispose();
            var times = compiled.EndProfileByTensor();
            Assert.Contains("pooled", times.Select(time => time.Tensor));
            Assert.All(times, time => Assert.Equal(3, time.Calls));
            Assert.All(times, time => Assert.True(time.Tensor is { } tensor ? known.Contains(tensor) : time.Op.StartsWith("Reorder", StringComparison.Ordinal), $"{time}"));
        }
        Assert.Equal(before, Recordings());

        static int Recordings() => Directory.EnumerateFiles(Directory.GetCurrentDirectory(), "onnxruntime_profile*").Count();
    }

    /// <summary>x -> Conv 1x1 -> Relu -> + bias -> grouped Conv 3x3 /2 -> squeeze-and-excite -> added to what came in.</summary>
    private static Model SqueezeAndExcite()
    {
        var model = new Model();
        var graph = model.Graph;
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), 3, 8, 8])));
        graph.Outputs.Add(new("sum", new(ElementType.Float, null)));
        Constant("w1", 4, 3, 1, 1);
        Constant("b", 1, 4, 1, 1);
        Constant("w3", 4, 2, 3, 3);
        Constant("wg", 4, 4, 1, 1);
        graph.Nodes.Add(new("Conv", ["x", "w1"], ["conv"]));
        graph.Nodes.Add(new("Relu", ["conv"], ["relu"]));
        graph.Nodes.Add(new("Add", ["relu", "b"], ["bias"]));
        var grouped = new Node("Conv", ["bias", "w3"], ["groups"]);
        grouped.Attributes["group"] = 2L;
        grouped.Attributes["strides"] = new long[] { 2, 2 };
        grouped.Attributes["pads"] = new long[] { 1, 1, 1, 1 };
        graph.Nodes.Add(grouped);
        graph.Nodes.Add(new("Relu", ["groups"], ["grouped"]));
        graph.Nodes.Add(new("GlobalAveragePool", ["grouped"], ["pooled"]));
        graph.Nodes.Add(new("Conv", ["pooled", "wg"], ["excited"]));
        graph.Nodes.Add(new("Sigmoid", ["excited"], ["gate"]));
        graph.Nodes.Add(new("Mul", ["grouped", "gate"], ["scaled"]));
        graph.Nodes.Add(new("Add", ["scaled", "grouped"], ["sum"]));
        model.Metadata[ModelCard.MetadataKey] = """{"name": "se", "input": {"size": [8, 8]}}""";
        return model;

        void Constant(string name, params long[] shape) =>
            graph.Constants[name] = Tensor.Of<float>(Enumerable.Range(0, (int)Tensor.CountOf(shape)).Select(value => (value % 7 - 3) / 10f).ToArray(), shape);
    }

    private static NetworkLayer Layer(int index, int[] reads) => new() { Tensor = $"t{index}", Tensors = [$"t{index}"], Operators = "", Kind = LayerKind.Other, Reads = reads };

    // up to three of the layers before
    private static int[] Sources(int seed, int index) => index == 0 ? [] : [.. new[] { seed, seed / 31, seed / 997 }.Take(1 + seed % 3).Select(value => value % index).Distinct()];
}
