using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Autodiff;

/// <summary>Single operators in the float64 lowering against PyTorch's values and gradients in float64.</summary>
public class OperatorReferenceTests
{
    private const double Tolerance = 1e-9;

    // The operators that a gradient must be able to pass.
    private static readonly string[] Required =
    [
        "Conv", "ConvTranspose", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Erf", "Gelu",
        "Exp", "Log", "Sqrt", "Pow", "Abs", "Neg", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LRN", "BatchNormalization",
        "InstanceNormalization", "LayerNormalization", "Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Concat", "Split", "Slice", "Pad", "Resize", "Gemm", "MatMul",
        "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Gather", "ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2", "ReduceSumSquare",
        "Softmax", "LogSoftmax", "Cast", "Identity", "Dropout", "Where", "DepthToSpace", "SpaceToDepth",
        "Mean", "ReduceMin", "ReduceL1", "ReduceProd", "Tile", "Mish", "Celu", "Softsign", "Reciprocal", "GatherElements", "Einsum", "LpPool", "GlobalLpPool", "Trilu",
        "MeanVarianceNormalization", "ScatterND", "ScatterElements", "CumSum", "Shrink", "ReduceLogSumExp",
    ];

    public static TheoryData<string> Cases => [.. OperatorReference.All.Keys];

    [Fact]
    public void Every_required_operator_has_a_case() => Assert.Empty(Required.Except(OperatorReference.All.Values.Select(each => each.Operator)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_gradients_are_PyTorchs(string name)
    {
        var reference = OperatorReference.All[name];
        foreach (var symbolic in reference.NeedsSizes ? [false] : (bool[])[false, true])
            foreach (var computed in reference.HasParameters ? (bool[])[false, true] : [false])
                Check(reference, symbolic, computed);
    }

    private static void Check(OperatorReference reference, bool symbolic, bool computed)
    {
        var graph = reference.ToGraph(symbolic, computed);
        ShapeInference.Infer(graph);
        var seeds = new Dictionary<string, string>();
        var feeds = reference.Feeds.ToList();
        var outputs = graph.Outputs.ToArray();
        for (var index = 0; index < outputs.Length; index++)
        {
            var cotangent = $"cotangent{index}";
            seeds[outputs[index].Name] = cotangent;
            graph.Inputs.Add(new(cotangent, graph.TypeOf(outputs[index].Name)!));
            feeds.Add((cotangent, reference.Cotangents[index]));
        }
        var inputs = reference.Gradients.Keys.Where(input => computed || !reference.IsParameter(input)).ToArray();
        var found = Differentiator.Append(graph, seeds, inputs, RuleTable.Gradient);
        var whole = graph.Cut([.. outputs.Select(output => output.Name), .. inputs.Select(input => found[input])]);
        using var session = new Ort(Float64Lowering.Lower(whole));
        var results = session.Run([.. feeds]);
        for (var index = 0; index < outputs.Length; index++) AssertClose(results[index], reference.Outputs[index], $"output {index}, symbolic {symbolic}");
        for (var index = 0; index < inputs.Length; index++)
            AssertClose(results[outputs.Length + index], reference.Gradients[inputs[index]], $"gradient of {inputs[index]}, symbolic {symbolic}");
    }

    // Relative to the largest entry, entry by entry: a zero is compared with what it stands beside.
    private static void AssertClose(Array64 found, Array64 expected, string what)
    {
        Assert.Equal(expected.Shape, found.Shape);
        var scale = expected.Data.Length == 0 ? 0 : expected.Data.Max(Math.Abs);
        for (var index = 0; index < expected.Data.Length; index++)
            Assert.True(Math.Abs(found.Data[index] - expected.Data[index]) <= Tolerance * scale,
                $"{what}, entry {index}: {found.Data[index]:R} instead of {expected.Data[index]:R}");
    }
}
