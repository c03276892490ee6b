using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>Builds small models of a given opset.</summary>
internal sealed class TestModel(long opset, ElementType floating = ElementType.Float)
{
    private readonly Random _random = new(7);

    public long Opset => opset;

    public Model Model { get; } = new() { Opset = opset, IrVersion = 8 };

    public Dictionary<string, Tensor> Feeds { get; } = [];

    /// <summary>An input with normally distributed values.</summary>
    public string Input(string name, params long[] shape) => Input(name, Random(shape), floating, shape);

    public string Input(string name, Tensor values, ElementType type, params long[] shape)
    {
        Model.Graph.Inputs.Add(new(name, new(type, [.. shape.Select(Dim.Of)])));
        Feeds[name] = values;
        return name;
    }

    /// <summary>A constant with normally distributed values.</summary>
    public string Weights(string name, params long[] shape) => Constant(name, Random(shape));

    /// <summary>A constant with values from 1/2 to 3/2.</summary>
    public string Positive(string name, params long[] shape) =>
        Constant(name, Tensor.Of<float>([.. Enumerable.Range(0, (int)Tensor.CountOf(shape)).Select(_ => 0.5f + _random.NextSingle())], shape));

    public string Constant(string name, Tensor value)
    {
        Model.Graph.Constants[name] = value.Type == ElementType.Float && floating != ElementType.Float ? Convert(value) : value;
        return name;
    }

    public string Ints(string name, params long[] values) => Constant(name, Tensor.Ints(values));

    public TestModel Node(string op, string[] inputs, string[] outputs, params (string Name, Attribute Value)[] attributes) => Node("", op, inputs, outputs, attributes);

    public TestModel Node(string domain, string op, string[] inputs, string[] outputs, params (string Name, Attribute Value)[] attributes)
    {
        var node = new Node(op, inputs, outputs) { Name = $"node{Model.Graph.Nodes.Count}", Domain = domain };
        foreach (var (name, value) in attributes) node.Attributes[name] = value;
        Model.Graph.Nodes.Add(node);
        if (domain.Length > 0) Model.OtherOpsets[domain] = 1;
        return this;
    }

    /// <summary>Names the outputs.</summary>
    public TestModel Gives(params string[] outputs) => Gives(floating, outputs);

    public TestModel Gives(ElementType type, params string[] outputs)
    {
        foreach (var output in outputs) Model.Graph.Outputs.Add(new(output, new(type, null)));
        return this;
    }

    private Tensor Random(long[] shape)
    {
        var values = new float[Tensor.CountOf(shape)];
        for (var index = 0; index < values.Length; index++)
            values[index] = (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
        return Tensor.Of<float>(values, shape);
    }

    private Tensor Convert(Tensor value) => floating == ElementType.Double
        ? Tensor.Of<double>(value.ToDoubles(), value.Shape)
        : Tensor.Of<Half>(Array.ConvertAll(value.ToDoubles(), number => (Half)number), value.Shape);
}
