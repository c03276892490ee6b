using CsCheck;
using Reverie.Axioms;
using Reverie.Explain;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Axioms;

/// <summary>Every rewrite is an identity: the rewritten network computes the same, to rounding in float64.</summary>
public sealed class RewriteTests
{
    public static TheoryData<string> Ids => [.. EquivalentRewrites.All.Select(rewrite => rewrite.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Logits_stay(string id)
    {
        var rewrite = EquivalentRewrites.All.First(each => each.Id == id);
        var applied = 0;
        LabNetworks.Plans.Sample(plan =>
        {
            var (graph, logits) = LabNetworks.Build(plan);
            var shapes = ShapeInference.Resolve(graph, new Dictionary<string, long[]> { ["image"] = [1, 3, LabNetworks.Side, LabNetworks.Side] });
            var (rewritten, places) = rewrite.Apply(graph, logits, shapes, new(plan.Seed, 3));
            if (places == 0) return;
            Interlocked.Increment(ref applied);
            using var before = new Subject(TargetFunction.Sum(graph, logits), Precision.Float64);
            using var after = new Subject(TargetFunction.Sum(rewritten, logits), Precision.Float64);
            using var rounded = new Subject(TargetFunction.Sum(EquivalentRewrite.Rounded(rewritten), logits));
            foreach (var x in (Signal[])[LabNetworks.Noise(plan.Seed + 1), LabNetworks.Noise(plan.Seed + 2)])
            {
                double[] one = before.Activations([x], logits).Values, two = after.Activations([x], logits).Values, three = rounded.Activations([x], logits).Values;
                var size = one.Max(Math.Abs);
                for (var index = 0; index < one.Length; index++)
                {
                    Assert.Equal(one[index], two[index], 1e-11 * Math.Max(size, 1));
                    Assert.Equal(one[index], three[index], 1e-4 * Math.Max(size, 1));
                }
            }
        }, iter: 4, threads: 1);
        Assert.True(applied > 0, $"{id} was applied to no network");
    }

    [Fact]
    public void The_graph_that_is_rewritten_stays_as_it_is()
    {
        var (graph, logits) = LabNetworks.Build(new(4, 2, true, true, 3, 2, 1, true, false, false, 1));
        var shapes = ShapeInference.Resolve(graph, new Dictionary<string, long[]> { ["image"] = [1, 3, LabNetworks.Side, LabNetworks.Side] });
        var before = (string.Join('\n', graph.Nodes), string.Join(' ', graph.Constants.Keys));
        foreach (var rewrite in EquivalentRewrites.All) rewrite.Apply(graph, logits, shapes, new(0, 3));
        Assert.Equal(before, (string.Join('\n', graph.Nodes), string.Join(' ', graph.Constants.Keys)));
    }
}
