using Reverie.Onnx;
using Reverie.Onnx.Rewrites;
using Reverie.Runtime;

namespace Reverie.Tests.Runtime;

public class LegalizeTests
{
    // values of torch.nn.functional.gelu in float64
    [Theory]
    [InlineData("none", new[] { -0.15865525393145702, 0.34573123063700656, 2.99595030590511, -0.00404969409489031 })]
    [InlineData("tanh", new[] { -0.15880800939172324, 0.34571400982514394, 2.996362607918227, -0.0036373920817729943 })]
    public void Gelu_runs_in_both_forms(string approximate, double[] expected)
    {
        var graph = new Graph { Inputs = { new("x", new(ElementType.Float, [Dim.Symbol("N")])) }, Outputs = { new("y", new(ElementType.Float, null)) } };
        graph.Nodes.Add(new("Gelu", ["x"], ["y"]) { Attributes = { ["approximate"] = approximate } });
        using var compiled = CompiledGraph.Compile(graph);
        using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = RuntimeTensor.Of([-1f, 0.5f, 3f, -3f], 4) });
        Assert.All(results["y"].ToDoubles().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
        Assert.Equal("Gelu", Assert.Single(graph.Nodes).Op);
    }

    [Fact]
    public void A_graph_without_Gelu_is_left_as_it_is()
    {
        var graph = new Graph();
        graph.Nodes.Add(new("Relu", ["x"], ["y"]));
        Assert.Same(graph, Legalize.Apply(graph));
    }
}
