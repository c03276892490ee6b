using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Rewrites;
using Reverie.Tests.Autodiff;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.Zoo;

/// <summary>Graphs that PyTorch's exporter does not write: their values against ONNX Runtime on the file as it is, their gradients against differences.</summary>
public sealed class HandBuiltModelTests
{
    private const double Step = 1e-6;

    // the first and the last opset, and those in which something changed
    public static TheoryData<string, long> Cases
    {
        get
        {
            var cases = new TheoryData<string, long>();
            foreach (var (name, (from, to, _)) in HandBuiltModels.All)
                foreach (var opset in ((long[])[from, 18, 21, to]).Where(opset => opset >= from && opset <= to).Distinct()) cases.Add(name, opset);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_are_ONNX_Runtimes_and_gradients_equal_differences(string name, long opset)
    {
        var test = HandBuiltModels.All[name].Build(new(opset));
        var expected = OrtRunner.Run(test.Model, test.Feeds)["y"];
        var graph = CanonicalModel.From(test.Model).Graph;
        var x = new Array64(test.Feeds["x"].ToDoubles(), [.. test.Model.Graph.Inputs[0].Type.KnownShape!]);
        using var forward = new Ort(Float64Lowering.Lower(graph.Cut(["y"])));
        var y = forward.Run(("x", x))[0];
        Assert.True(y.RelativeError(new(expected, y.Shape)) < 1e-5, $"value differs from ONNX Runtime's by {y.RelativeError(new(expected, y.Shape)):E2}");

        var random = new Random(opset.GetHashCode());
        var cotangent = new Array64([.. y.Data.Select(_ => random.NextDouble() * 2 - 1)], y.Shape);
        var product = VectorJacobian.Build(graph, "y");
        using var exact = new Ort(Float64Lowering.Lower(product.Graph));
        var gradient = exact.Run(("x", x), (product.Cotangent, cotangent))[1];
        Assert.True(gradient.Norm > 0);
        for (var trial = 0; trial < 3; trial++)
        {
            var direction = new Array64([.. x.Data.Select(_ => random.NextDouble() * 2 - 1)], x.Shape);
            var difference = (cotangent.Dot(forward.Run(("x", Moved(x, direction, Step)))[0]) - cotangent.Dot(forward.Run(("x", Moved(x, direction, -Step)))[0])) / (2 * Step);
            var slope = gradient.Dot(direction);
            Assert.True(Math.Abs(slope - difference) <= 1e-6 * gradient.Norm * direction.Norm, $"slope {slope:R}, difference {difference:R}");
        }
        using var single = new Ort(Legalize.Apply(product.Graph));
        var error = single.Run(("x", x), (product.Cotangent, cotangent))[1].RelativeError(gradient);
        Assert.True(error < 1e-4, $"float32 gradient differs by {error:E2}");
    }

    private static Array64 Moved(Array64 x, Array64 direction, double by) => new([.. x.Data.Zip(direction.Data, (value, step) => value + by * step)], x.Shape);
}
