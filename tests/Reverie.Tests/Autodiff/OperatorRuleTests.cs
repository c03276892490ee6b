using CsCheck;
using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Autodiff;

public class OperatorRuleTests
{
    private const double Step = 1e-6;

    // REVERIE_ITERATIONS asks for a longer search than the default run makes
    private static readonly int Iterations = int.TryParse(Environment.GetEnvironmentVariable("REVERIE_ITERATIONS"), out var count) ? count : 16;

    public static TheoryData<string> Operators => [.. OperatorCases.All.Keys];

    [Fact]
    public void Every_rule_has_cases() => Assert.Empty(RuleTable.Gradient.Operators.Except(OperatorCases.All.Keys));

    // Random shapes and attributes: the float64 lowering computes what ONNX Runtime's own kernel does, the gradient equals central differences
    // of it, and the float32 gradient agrees.
    [Theory]
    [MemberData(nameof(Operators))]
    public void The_gradient_equals_central_differences(string op) =>
        Gen.Int[0, int.MaxValue].Sample(seed => Check(OperatorCases.All[op](new Random(seed)), new Random(seed)), iter: Iterations, threads: 1);

    private static void Check(OperatorCase c, Random random)
    {
        var symbolic = random.Next(2) == 0;
        var graph = c.ToGraph(symbolic);
        var feeds = c.Feeds.ToArray();
        ShapeInference.Infer(graph);
        using var reference = new Ort(Float64Lowering.Lower(graph));
        var value = reference.Run(feeds)[0];
        if (c.Node.Op != "Gelu")
        {
            using var own = new Ort(graph);
            Assert.True(own.Run(feeds)[0].Error(value) < 2e-5, $"the float64 lowering of {Describe(c)} differs from the operator");
        }
        var cotangent = new Array64([.. value.Data.Select(_ => random.NextDouble() * 2 - 1)], value.Shape);
        foreach (var input in c.Differentiated)
        {
            var product = VectorJacobian.Build(graph, "y", input);
            using var exact = new Ort(Float64Lowering.Lower(product.Graph));
            var gradient = exact.Run([.. feeds, (product.Cotangent, cotangent)])[1];
            var differences = Differences(reference, feeds, input, cotangent);
            var scale = Math.Max(1, differences.Data.Max(Math.Abs));
            for (var index = 0; index < differences.Data.Length; index++)
                Assert.True(Math.Abs(gradient.Data[index] - differences.Data[index]) <= 1e-6 * scale,
                    $"{Describe(c)}, input {input}[{index}], symbolic {symbolic}: rule {gradient.Data[index]:R}, central difference {differences.Data[index]:R}");
            if (c.Node.Op == "Gelu") continue;
            using var single = new Ort(product.Graph);
            Assert.True(single.Run([.. feeds, (product.Cotangent, cotangent)])[1].Error(gradient) < 1e-4, $"float32 gradient of {Describe(c)}");
        }
    }

    private static Array64 Differences(Ort function, (string Name, Array64 Value)[] feeds, string input, Array64 cotangent)
    {
        var at = Array.FindIndex(feeds, feed => feed.Name == input);
        var x = feeds[at].Value;
        var differences = new double[x.Data.Length];
        for (var index = 0; index < differences.Length; index++)
        {
            var up = Moved(index, Step);
            var down = Moved(index, -Step);
            differences[index] = (up - down) / (2 * Step);
        }
        return new(differences, x.Shape);

        double Moved(int index, double by)
        {
            var moved = (double[])x.Data.Clone();
            moved[index] += by;
            var changed = feeds.ToArray();
            changed[at] = (input, new(moved, x.Shape));
            return cotangent.Dot(function.Run(changed)[0]);
        }
    }

    private static string Describe(OperatorCase c) =>
        $"{c.Node.Op}({string.Join(", ", c.Feeds.Select(feed => $"[{string.Join(",", feed.Value.Shape)}]"))}) {string.Join(", ", c.Node.Attributes.Select(pair => $"{pair.Key}={Show(pair.Value)}"))} "
        + string.Join(" ", c.Constants.Values.Where(tensor => tensor.Type == ElementType.Int64).Select(tensor => $"[{string.Join(",", tensor.ToInts())}]"));

    private static string Show(Reverie.Onnx.Attribute value) => value.Kind switch
    {
        AttributeKind.Int => $"{value.Int}",
        AttributeKind.Float => $"{value.Float}",
        AttributeKind.Ints => $"[{string.Join(",", value.Ints)}]",
        AttributeKind.String => value.String,
        _ => value.Kind.ToString(),
    };
}
