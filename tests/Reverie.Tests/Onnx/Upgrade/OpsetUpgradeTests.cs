using Reverie.Onnx;
using Reverie.Onnx.Schema;
using Reverie.Onnx.Upgrade;

namespace Reverie.Tests.Onnx.Upgrade;

public class OpsetUpgradeTests
{
    public static TheoryData<string> Names => [.. OperatorCases.All.Select(test => test.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Upgraded_models_equal_the_originals_in_ONNX_Runtime(string name)
    {
        var test = OperatorCases.All.Single(test => test.Name == name);
        var failures = new List<string>();
        for (var opset = test.From; opset <= test.To; opset++)
        {
            var original = test.Build(new(opset));
            if (Difference(original, 1e-6) is { } failure) failures.Add($"opset {opset}: {failure}");
        }
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    [Theory]
    [InlineData(ElementType.Double, 1e-6)]
    [InlineData(ElementType.Float16, 3e-3)]
    public void Models_of_other_floating_types_become_float32(ElementType type, double tolerance)
    {
        var model = new TestModel(17, type);
        model.Input("x", 3, 4);
        model.Node("MatMul", ["x", model.Weights("w", 4, 5)], ["a"]).Node("Relu", ["a"], ["r"]).Node("Cast", ["r"], ["c"], ("to", (long)type))
            .Node("ConstantOfShape", [model.Ints("five", 5)], ["ones"], ("value", type == ElementType.Double ? Tensor.Of([1.0], 1) : Tensor.Of([(Half)1], 1)))
            .Node("Add", ["c", "ones"], ["y"]).Gives("y");
        Assert.Null(Difference(model, tolerance));
        OpsetUpgrade.ToCanonical(model.Model, out var notes);
        Assert.Contains("float32", Assert.Single(notes), StringComparison.Ordinal);
    }

    /// <summary>Null where original and upgraded model agree, else what differs.</summary>
    internal static string? Difference(TestModel test, double tolerance)
    {
        ModelValidator.Check(test.Model);
        var expected = OrtRunner.Run(test.Model, test.Feeds);
        var canonical = OpsetUpgrade.ToCanonical(test.Model);
        ModelValidator.CheckCanonical(canonical.Graph);
        foreach (var tensor in test.Model.Graph.Nodes.SelectMany(node => node.Outputs).Where(output => output.Length > 0 && test.Model.Graph.Outputs.Exists(known => known.Name == output)))
            if (!canonical.Graph.Has(tensor)) return $"the tensor {tensor} lost its name";
        // Gelu is canonical, but ONNX Runtime has it from opset 20 on; nothing else in these graphs changed from 18 to 20
        if (canonical.Graph.Nodes.Exists(node => node.Op == "Gelu")) canonical.Opset = 20;
        var actual = OrtRunner.Run(canonical, test.Feeds);
        foreach (var (name, values) in expected)
        {
            var (left, right) = (values, actual[name]);
            if (left.Length != right.Length) return $"{name} has {right.Length} elements instead of {left.Length}";
            if (left.Length == 0) return $"{name} is empty: the case tests nothing";
            var scale = Math.Max(1, left.Max(Math.Abs));
            var worst = left.Zip(right).Max(pair => pair.First.Equals(pair.Second) ? 0 : Math.Abs(pair.First - pair.Second));
            if (!(worst <= tolerance * scale)) return $"{name} differs by {worst:g3} of {scale:g3}";
        }
        return null;
    }
}
