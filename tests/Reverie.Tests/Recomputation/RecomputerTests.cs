using CsCheck;
using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Recomputation;
using Reverie.Runtime;

namespace Reverie.Tests.Recomputation;

public class RecomputerTests
{
    private static readonly RuntimeOptions OneThread = new() { Threads = 1 };

    [Fact]
    public void Whatever_is_computed_again_the_gradient_has_the_same_bits() =>
        Gen.Select(RandomNetworks.Any, Gen.Int[0, 1 << 20].Array[1, 4]).Sample((network, cuts) =>
        {
            var built = VectorJacobian.Build(network.Graph, network.Last);
            Assert.Equal(Run(built, []), Run(built, Segments(built, cuts)));
        }, iter: 60, threads: 1);

    [Fact]
    public void Every_choice_of_the_search_gives_the_same_bits_on_the_embedded_network()
    {
        var network = Network.Embedded;
        var built = VectorJacobian.Build(network.Graph, "relu3_2");
        var x = RuntimeTensor.Allocate<float>(1, 3, 64, 80);
        new CounterRandom(5).FillUniform(x.Span<float>(), -1, 1);
        var cotangent = RuntimeTensor.Allocate<float>(Reverie.Onnx.Shapes.ShapeInference.Resolve(network.Graph, Shapes(64, 80))["relu3_2"]);
        new CounterRandom(6).FillUniform(cotangent.Span<float>(), -1, 1);
        var inputs = new Dictionary<string, RuntimeTensor> { [built.Input] = x, [built.Cotangent] = cotangent };
        var choices = SegmentSearch.Choices(built.Graph, [built.Value], inputs.ToDictionary(pair => pair.Key, pair => pair.Value.Shape.ToArray()));
        Assert.True(choices.Count > 1, $"{choices.Count} choices");
        float[]? plain = null;
        foreach (var choice in choices)
        {
            using var compiled = BoundedGraph.Compile(built.Graph, [built.Value], new() { Segments = choice.Segments }, OneThread);
            using var results = compiled.Run(inputs);
            plain ??= results[built.Gradient].ToArray<float>();
            Assert.Equal(plain, results[built.Gradient].ToArray<float>());
        }
        Assert.Equal(choices.OrderBy(choice => choice.Work), choices);
        Assert.True(choices[^1].Bytes < choices[0].Bytes);

        static Dictionary<string, long[]> Shapes(int height, int width) => new() { [Network.Embedded.Input] = [1, 3, height, width] };
    }

    [Fact]
    public void Computing_again_lowers_the_planned_memory()
    {
        var built = VectorJacobian.Build(Network.Embedded.Graph, Network.Embedded.Logits);
        var shapes = new Dictionary<string, long[]> { [built.Input] = [1, 3, 256, 256], [built.Cotangent] = [1, 1000] };
        var choices = SegmentSearch.Choices(built.Graph, [built.Value], shapes);
        var options = OneThread with { Arena = false };
        using var plain = CompiledGraph.Compile(built.Graph, options, plan: true);
        using var least = CompiledGraph.Compile(Recomputer.Apply(built.Graph, [built.Value], choices[^1].Segments), options, plan: true);
        Assert.True(least.Memory!.RunBytes([shapes]) < 0.95 * plain.Memory!.RunBytes([shapes]), $"{least.Memory.RunBytes([shapes])} of {plain.Memory.RunBytes([shapes])} bytes");
    }

    [Fact]
    public void Segments_that_do_not_fit_are_refused()
    {
        var built = VectorJacobian.Build(Network.Embedded.Graph, "relu3_2");
        Refused(new("no such tensor", "relu1_1"), "'no such tensor'");
        Refused(new("relu2_1", "relu1_1"), "out of order");
        Refused(new("relu1_1", "relu1_2", From: "relu2_1"), "within it");

        void Refused(RecomputedSegment segment, string part) =>
            Assert.Contains(part, Assert.Throws<ReverieException>(() => Recomputer.Apply(built.Graph, [built.Value], [segment])).Message, StringComparison.Ordinal);
    }

    // Borders where the numbers fall in the forward pass; segments between them are computed again or not, from their begin or from an earlier one's.
    private static List<RecomputedSegment> Segments(VectorJacobian built, int[] cuts)
    {
        var forward = built.Graph.Cut([built.Value]).Nodes.Select(node => node.Output).ToList();
        var segments = new List<RecomputedSegment>();
        var (first, from) = (0, 0);
        foreach (var last in cuts.Select(cut => cut % forward.Count).Distinct().Order())
        {
            var kind = cuts[last % cuts.Length] / forward.Count % 3;
            if (kind > 0) segments.Add(new(forward[first], forward[last], from < first ? forward[from] : null));
            first = last + 1;
            if (kind != 2) from = first;
        }
        return segments;
    }

    private static float[] Run(VectorJacobian built, IReadOnlyList<RecomputedSegment> segments)
    {
        using var compiled = CompiledGraph.Compile(Recomputer.Apply(built.Graph, [built.Value], segments), OneThread);
        var x = RuntimeTensor.Allocate<float>(1, RandomNetworks.Channels, 70, 67);
        new CounterRandom(3).FillUniform(x.Span<float>(), -1, 1);
        var shape = Reverie.Onnx.Shapes.ShapeInference.Resolve(built.Graph.Cut([built.Value]), new Dictionary<string, long[]> { [built.Input] = x.Shape.ToArray() })[built.Value];
        var cotangent = RuntimeTensor.Allocate<float>(shape);
        new CounterRandom(4).FillUniform(cotangent.Span<float>(), -1, 1);
        using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [built.Input] = x, [built.Cotangent] = cotangent });
        return results[built.Gradient].ToArray<float>();
    }
}
