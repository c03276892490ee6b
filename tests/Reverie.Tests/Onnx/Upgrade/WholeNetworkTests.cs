using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Onnx.Upgrade;

public class WholeNetworkTests
{
    public static TheoryData<long> Opsets => [.. Enumerable.Range(7, 18).Select(opset => (long)opset)];

    [Theory]
    [MemberData(nameof(Opsets))]
    public void A_small_network_equals_its_upgrade(long opset) => Assert.Null(OpsetUpgradeTests.Difference(Network(opset), 1e-6));

    [Theory]
    [MemberData(nameof(Opsets))]
    public void A_small_network_loads_and_knows_every_shape(long opset)
    {
        var test = Network(opset);
        var loaded = CanonicalModel.Load(test.Model.ToBytes());
        Assert.Equal(opset, loaded.OriginalOpset);
        Assert.Empty(loaded.Notes);
        Assert.Null(loaded.Sizes.BatchReason);
        Assert.Contains("operator Concat (node node6) needs", loaded.Sizes.SizeReason, StringComparison.Ordinal); // only multiples of 4 come up again as they went down
        var shapes = ShapeInference.Resolve(loaded.Sizes.Graph, new Dictionary<string, long[]> { ["image"] = [2, 3, 20, 24] });
        foreach (var tensor in test.Model.Graph.Nodes.SelectMany(node => node.Outputs)) Assert.Contains(loaded.Graph.Resolve(tensor), shapes);
        Assert.Equal([2, 7], shapes["probabilities"]);
    }

    [Theory]
    [InlineData("googlenet.onnx", 64)]
    [InlineData("squeezenet1.1.onnx", 64)]
    [InlineData("reverie-s.onnx", 64)]
    [InlineData("vgg19-16x.onnx", 32)]
    public void A_real_network_equals_its_canonical_form(string file, int size)
    {
        var original = Model.Read(Shared.Require("models", file));
        var loaded = CanonicalModel.Load(Shared.Require("models", file));
        var random = new Random(3);
        var input = original.Graph.Inputs[0];
        var shape = input.Type.Shape!.Select((dim, axis) => dim.Value ?? (axis < 2 ? 1 : size)).ToArray();
        var feeds = new Dictionary<string, Tensor> { [input.Name] = Tensor.Of<float>([.. Enumerable.Range(0, (int)Tensor.CountOf(shape)).Select(_ => random.NextSingle())], shape) };
        var (expected, actual) = (OrtRunner.Run(original, feeds), OrtRunner.Run(loaded.Model, feeds));
        foreach (var (name, values) in expected)
        {
            var scale = values.Max(Math.Abs);
            Assert.InRange(values.Zip(actual[name]).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 1e-6 * scale);
        }
    }

    [Fact]
    public void Initializers_listed_among_the_inputs_are_constants()
    {
        // files of IR version 3 list every initializer as an input too
        var model = Network(8).Model;
        model.IrVersion = 3;
        foreach (var (name, tensor) in model.Graph.Constants) model.Graph.Inputs.Add(new(name, new(tensor.Type, [.. tensor.Shape.ToArray().Select(Dim.Of)])));
        Assert.Equal("image", Assert.Single(CanonicalModel.Load(model.ToBytes()).Graph.Inputs).Name);
    }

    /// <summary>A network with what changed most between opsets: relu6, pads, upsampling, pools, slices, splits, squeezes, means, dropout, softmax.</summary>
    private static TestModel Network(long opset)
    {
        var m = new TestModel(opset);
        m.Input("image", 1, 3, 20, 24);
        if (opset < 11) m.Node("Pad", ["image"], ["padded"], ("pads", new long[] { 0, 0, 1, 1, 0, 0, 1, 1 }), ("mode", "reflect"));
        else m.Node("Pad", ["image", m.Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1)], ["padded"], ("mode", "reflect"));
        m.Node("Conv", ["padded", m.Weights("w1", 8, 3, 3, 3), m.Weights("b1", 8)], ["c1"], ("strides", new long[] { 2, 2 }))
            .Node("BatchNormalization", ["c1", m.Positive("s", 8), m.Weights("b", 8), m.Weights("mu", 8), m.Positive("var", 8)], ["n1"], opset < 9 ? [("spatial", 1L)] : []);
        if (opset < 11) m.Node("Clip", ["n1"], ["r1"], ("min", 0f), ("max", 6f));
        else m.Node("Clip", ["n1", m.Constant("zero", Tensor.Of([0f]).Reshaped()), m.Constant("six", Tensor.Of([6f]).Reshaped())], ["r1"]);
        m.Node("AveragePool", ["r1"], ["p1"], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }), ("count_include_pad", 1L));
        if (opset < 9) m.Node("Upsample", ["p1"], ["u1"], ("scales", new[] { 1f, 1, 2, 2 }));
        else if (opset < 10) m.Node("Upsample", ["p1", m.Constant("scales", Tensor.Of<float>([1, 1, 2, 2], 4))], ["u1"]);
        else if (opset < 11) m.Node("Resize", ["p1", m.Constant("scales", Tensor.Of<float>([1, 1, 2, 2], 4))], ["u1"]);
        else m.Node("Resize", ["p1", m.Constant("roi", Tensor.Of<float>([], 0)), m.Constant("scales", Tensor.Of<float>([1, 1, 2, 2], 4))], ["u1"], ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));
        m.Node("Concat", ["u1", "r1"], ["k1"], ("axis", 1L));
        if (opset < 13) m.Node("Split", ["k1"], ["h1", "h2"], ("axis", 1L), ("split", new long[] { 4, 12 }));
        else m.Node("Split", ["k1", m.Ints("sizes", 4, 12)], ["h1", "h2"], ("axis", 1L));
        if (opset < 10) m.Node("Slice", ["h2"], ["l1"], ("starts", new long[] { 2 }), ("ends", new long[] { 6 }), ("axes", new long[] { 1 }));
        else m.Node("Slice", ["h2", m.Ints("from", 2), m.Ints("to", 6), m.Ints("axis", 1)], ["l1"]);
        m.Node("PRelu", ["l1", m.Weights("slope", 4, 1, 1)], ["a1"]).Node("Sum", ["a1", "h1"], ["a2"]).Node("LRN", ["a2"], ["a3"], ("size", 3L));
        if (opset < 18) m.Node("ReduceMean", ["a3"], ["g"], ("axes", new long[] { 2, 3 }));
        else m.Node("ReduceMean", ["a3", m.Ints("space", 2, 3)], ["g"]);
        if (opset < 13) m.Node("Squeeze", ["g"], ["q"], ("axes", new long[] { 2, 3 }));
        else m.Node("Squeeze", ["g", m.Ints("squeezed", 2, 3)], ["q"]);
        if (opset < 12) m.Node("Dropout", ["q"], ["d"], ("ratio", 0.4f));
        else m.Node("Dropout", ["q", m.Constant("ratio", Tensor.Of([0.4f]).Reshaped())], ["d"]);
        return m.Node("Gemm", ["d", m.Weights("w2", 7, 4), m.Weights("b2", 7)], ["logits"], ("transB", 1L))
            .Node("Softmax", ["logits"], ["probabilities"], ("axis", 1L)).Gives("probabilities");
    }
}
