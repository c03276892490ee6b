using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Runtime.Memory;
using Reverie.Tests.Zoo;

namespace Reverie.Tests.Runtime.Memory;

/// <summary>Predictions on the embedded network's gradient; bench/ compares them with measured peaks, in processes of their own.</summary>
public class MemoryPlanTests
{
    private static readonly VectorJacobian Gradient = VectorJacobian.Build(Network.Embedded.Graph, Network.Embedded.Logits);
    private static readonly Lazy<CompiledGraph> Compiled = new(() => CompiledGraph.Compile(Gradient.Graph, new() { Threads = 1 }, plan: true));

    [Fact]
    public void A_graph_is_planned_only_where_asked_for()
    {
        using var plain = CompiledGraph.Compile(Network.Embedded.Graph.Cut([Network.Embedded.Logits]));
        Assert.Null(plain.Memory);
        Assert.NotNull(Compiled.Value.Memory);
    }

    [Fact]
    public void The_shapes_of_the_optimised_graph_are_those_of_the_graph()
    {
        var ours = ShapeInference.Resolve(Gradient.Graph, Shapes(128, 96));
        var theirs = Written(Gradient.Graph).Types(Shapes(128, 96));
        var compared = 0;
        foreach (var (name, type) in theirs)
        {
            Assert.NotNull(type.KnownShape);
            if (!ours.TryGetValue(name, out var shape)) continue;
            Assert.Equal(shape, type.KnownShape);
            compared++;
        }
        Assert.True(compared > 40, $"only {compared} tensors bear the same names");
    }

    public static TheoryData<string> Networks => [.. ZooReference.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_shapes_are_known_of_every_family(string name)
    {
        using var reference = new ZooReference(name);
        var graph = reference.Load(reference.Files.First()).Graph;
        var gradient = VectorJacobian.Build(graph, "logits");
        var x = new Dictionary<string, long[]>(StringComparer.Ordinal) { [gradient.Input] = reference.Input(1).Shape, [gradient.Cotangent] = ShapeInference.Resolve(graph, Input())["logits"] };
        var ours = ShapeInference.Resolve(gradient.Graph, x);
        foreach (var (tensor, type) in Written(gradient.Graph).Types(x))
            if (ours.TryGetValue(tensor, out var shape)) Assert.Equal(shape, type.KnownShape);
            else Assert.NotNull(type.KnownShape);

        Dictionary<string, long[]> Input() => new() { [gradient.Input] = reference.Input(1).Shape };
    }

    [Fact]
    public void Weights_that_only_runs_read_are_foretold()
    {
        // a fully connected layer of old: its weights are not packed, and lie in a file that nothing has read
        var plans = new[] { 1024, 64 << 10 }.Select(inputs =>
        {
            var graph = new Graph();
            graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Of(1), Dim.Of(inputs)])));
            graph.Constants["w"] = new(ElementType.Float, [inputs, 512], new byte[(long)inputs * 512 * sizeof(float)]);
            graph.Nodes.Add(new("Gemm", ["x", "w"], ["y"]));
            graph.Outputs.Add(new("y", new(ElementType.Float, null)));
            using var compiled = CompiledGraph.Compile(graph, plan: true);
            return compiled.Memory!.RunBytes([new Dictionary<string, long[]> { ["x"] = [1, inputs] }]);
        }).ToArray();
        Assert.InRange(plans[1] - plans[0], 63L * 1024 * 512 * sizeof(float), 66L * 1024 * 512 * sizeof(float));
    }

    [Fact]
    public void Larger_pictures_and_batches_need_more_in_proportion()
    {
        var plan = Compiled.Value.Memory!;
        var sizes = new[] { 256, 512, 1024, 2048 }.Select(size => (double)plan.RunBytes([Shapes(size, size)])).ToArray();
        for (var index = 1; index < sizes.Length; index++) Assert.InRange(sizes[index] / sizes[index - 1], 2, 6);
        Assert.InRange((double)plan.RunBytes([Shapes(512, 512, 4)]) / sizes[1], 2.5, 4.5);
    }

    [Fact]
    public void A_second_run_of_the_same_size_takes_little_more()
    {
        var plan = Compiled.Value.Memory!;
        var once = plan.RunBytes([Shapes(256, 256)]);
        Assert.InRange(plan.RunBytes(Enumerable.Repeat(Shapes(256, 256), 5)), once, 1.2 * once);
    }

    [Fact]
    public void Tensors_that_live_at_once_have_room()
    {
        // every tensor of the graph as written is held by at least its producer and its reader together
        var shapes = ShapeInference.Resolve(Gradient.Graph, Shapes(512, 512));
        var least = Gradient.Graph.Nodes.Where(node => node.Op == "Conv").Max(node => Bytes(node.Inputs[0]) + Bytes(node.Output));
        var all = shapes.Where(pair => !Gradient.Graph.Constants.ContainsKey(pair.Key)).Sum(pair => Tensor.CountOf(pair.Value) * sizeof(float));
        Assert.InRange(Compiled.Value.Memory!.RunBytes([Shapes(512, 512)]), least, all);

        long Bytes(string tensor) => Tensor.CountOf(shapes[tensor]) * sizeof(float);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ReverieException>(() => Compiled.Value.Memory!.Predict(Shapes(3, 3)));
        Assert.Throws<ReverieException>(() => Compiled.Value.Memory!.Predict(new Dictionary<string, long[]> { ["no such input"] = [1] }));
    }

    private static Dictionary<string, long[]> Shapes(int height, int width, int batch = 1) =>
        new() { [Gradient.Input] = [batch, 3, height, width], [Gradient.Cotangent] = [batch, 1000] };

    private static OptimizedGraph Written(Graph graph)
    {
        var folder = Directory.CreateTempSubdirectory("reverie-test-").FullName;
        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { OptimizedModelFilePath = Path.Combine(folder, "optimized.onnx"), LogSeverityLevel = Microsoft.ML.OnnxRuntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(new Model { Graph = graph }.ToBytes(), options);
            return OptimizedGraph.Read(Path.Combine(folder, "optimized.onnx"), graph.Inputs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
