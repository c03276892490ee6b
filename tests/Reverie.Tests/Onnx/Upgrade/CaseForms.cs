using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>Shapes of small models that several cases share; the input is [2,4,4,5] unless said otherwise.</summary>
internal static class CaseForms
{
    public static TestModel Unary(this TestModel m, string op, params (string, Attribute)[] attributes) => m.Unary(op, [], attributes);

    public static TestModel Unary(this TestModel m, string op, string[] more, params (string, Attribute)[] attributes) =>
        m.Node(op, [m.Input("x", 2, 4, 4, 5), .. more], ["y"], attributes).Gives("y");

    public static TestModel Microsoft(this TestModel m, string op, params string[] more) => m.Node("com.microsoft", op, [m.Input("x", 2, 4, 4, 5), .. more], ["y"]).Gives("y");

    /// <summary>An operator on |x| + 0.1, which logarithms can take.</summary>
    public static TestModel Absolute(this TestModel m, string op, string[] more, params (string, Attribute)[] attributes)
    {
        m.Input("x", 2, 4, 4, 5);
        m.Node("Abs", ["x"], ["a"]).Node("Add", ["a", m.Constant("tenth", Tensor.Of([0.1f]))], ["p"]);
        return m.Node(op, ["p", .. more], ["y"], attributes).Gives("y");
    }

    public static TestModel Split(this TestModel m, string[] more, params (string, Attribute)[] attributes) =>
        m.Node("Split", [m.Input("x", 2, 4, 4, 5), .. more], ["y", "z"], attributes).Gives("y", "z");

    public static TestModel Chain(this TestModel m, params (string Op, string[] More, (string, Attribute)[] Attributes)[] steps)
    {
        var tensor = m.Input("x", 2, 3);
        foreach (var (op, more, attributes) in steps)
        {
            var next = $"{tensor}'";
            m.Node(op, [tensor, .. more], [next], attributes);
            tensor = next;
        }
        return m.Gives(tensor);
    }

    /// <summary>An operator whose input's rank is known to nobody before the run: it comes out of a Reshape to a computed shape.</summary>
    public static TestModel Hidden(this TestModel m, string op, params (string, Attribute)[] attributes)
    {
        m.Hide();
        return m.Node(op, ["h"], ["y"], attributes).Gives("y");
    }

    public static TestModel TopK(this TestModel m, params (string, Attribute)[] attributes)
    {
        m.Input("x", 2, 4, 4, 5);
        (string, Attribute)[] all = [("axis", 1L), .. attributes, .. m.Opset < 10 ? new (string, Attribute)[] { ("k", 2L) } : []];
        return m.Node("TopK", m.Opset < 10 ? ["x"] : ["x", m.Ints("k", 2)], ["y", "i"], all).Gives("y").Gives(ElementType.Int64, "i");
    }

    public static TestModel BatchNormalization(this TestModel m, long[] shape, (string, Attribute)[] attributes, params string[] outputs)
    {
        m.Input("x", [2, .. shape.Length == 1 ? [.. shape, 4, 5] : shape]);
        string[] inputs = ["x", m.Weights("s", shape), m.Weights("b", shape), m.Weights("m", shape), m.Positive("v", shape)];
        return m.Node("BatchNormalization", inputs, ["y", .. outputs], [("epsilon", 0.01f), .. attributes]).Gives("y");
    }

    public static TestModel GroupNormalization(this TestModel m, bool hidden = false)
    {
        var count = m.Opset < 21 ? 2 : 4;
        if (hidden)
        {
            m.Hide();
            m.Input("s", count);
        }
        else
        {
            m.Input("h", 2, 4, 4, 5);
            m.Weights("s", count);
        }
        return m.Node("GroupNormalization", ["h", "s", m.Weights("b", count)], ["y"], ("num_groups", 2L), ("epsilon", 0.01f)).Gives("y");
    }

    private static void Hide(this TestModel m)
    {
        m.Input("x", 2, 4, 4, 5);
        m.Input("reference", 2, 4, 4, 5);
        m.Node("Shape", ["reference"], ["shape"]).Node("Reshape", ["x", "shape"], ["h"]);
    }
}
