using System.Text.Json;
using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Autodiff;

/// <summary>One case of tests/references/operators.json: a node, its inputs, and what PyTorch says of it in float64.</summary>
internal sealed class OperatorReference
{
    private static readonly Lazy<Dictionary<string, OperatorReference>> Stored = new(Read);

    private readonly List<(string Name, Array64 Value)> _feeds = [];
    private readonly Node _node;
    private readonly Graph _graph = new();

    private OperatorReference(JsonElement json)
    {
        Operator = json.GetProperty("op").GetString()!;
        var gradients = json.GetProperty("gradients").EnumerateArray().ToArray();
        _node = new(Operator, [], []);
        foreach (var attribute in json.GetProperty("attributes").EnumerateObject()) _node.Attributes[attribute.Name] = ReadAttribute(attribute.Value.EnumerateObject().Single());
        foreach (var (index, input) in json.GetProperty("inputs").EnumerateArray().Index()) AddInput(index, input, gradients[index]);
        foreach (var (index, output) in json.GetProperty("outputs").EnumerateArray().Index())
        {
            _node.Outputs.Add($"y{index}");
            Outputs.Add(Numbers(output));
            Cotangents.Add(Numbers(json.GetProperty("cotangents")[index]));
        }
        _graph.Nodes.Add(_node);
        foreach (var name in _node.Outputs) _graph.Outputs.Add(new(name, new(ElementType.Float, null)));
    }

    /// <summary>All cases by name.</summary>
    public static IReadOnlyDictionary<string, OperatorReference> All => Stored.Value;

    public string Operator { get; }

    /// <summary>Whether the node needs its input's sizes as numbers: an output_shape fixes pads that depend on them.</summary>
    public bool NeedsSizes => _node.Attributes.ContainsKey("output_shape");

    /// <summary>Whether the operator has weights.</summary>
    public bool HasParameters => Operator is "Conv" or "ConvTranspose" or "BatchNormalization";

    /// <summary>The values of the graph's inputs.</summary>
    public IReadOnlyList<(string Name, Array64 Value)> Feeds => _feeds;

    public List<Array64> Outputs { get; } = [];

    /// <summary>One for each output.</summary>
    public List<Array64> Cotangents { get; } = [];

    /// <summary>The gradients of the sum of outputs times cotangents, by input.</summary>
    public Dictionary<string, Array64> Gradients { get; } = [];

    /// <summary>
    /// The node in a graph of its own. What has no gradient is a constant; sizes are named where asked, as in a network of free size. A network's parameters are constants
    /// of known shape, or inputs where a network computes them.
    /// </summary>
    public Graph ToGraph(bool symbolic, bool computed)
    {
        var graph = _graph.Clone();
        foreach (var (name, value) in _feeds)
            if (IsParameter(name) && !computed) graph.Constants[name] = Tensor.Of<float>(Array.ConvertAll(value.Data, each => (float)each), value.Shape);
            else if (IsParameter(name)) graph.Inputs.Add(new(name, new(ElementType.Float, [.. value.Shape.Select(Dim.Of)])));
            else graph.Inputs.Add(new(name, new(ElementType.Float, [.. value.Shape.Select((size, axis) => symbolic && axis != 1 ? Dim.Symbol($"{name}.{axis}") : size)])));
        return graph;
    }

    private void AddInput(int index, JsonElement input, JsonElement gradient)
    {
        if (input.ValueKind == JsonValueKind.Null)
        {
            _node.Inputs.Add("");
            return;
        }
        var name = $"x{index}";
        _node.Inputs.Add(name);
        var type = input.GetProperty("type").GetString();
        var shape = Shape(input);
        var data = input.GetProperty("data").EnumerateArray();
        if (gradient.ValueKind != JsonValueKind.Null)
        {
            _feeds.Add((name, Numbers(input)));
            Gradients[name] = Numbers(gradient);
            return;
        }
        _graph.Constants[name] = type switch
        {
            "int64" => Tensor.Of<long>([.. data.Select(each => each.GetInt64())], shape),
            "bool" => Tensor.Of<bool>([.. data.Select(each => each.GetBoolean())], shape),
            "float" => Tensor.Of<float>([.. data.Select(each => each.GetSingle())], shape),
            _ => throw new InvalidDataException($"type {type}"),
        };
    }

    /// <summary>Whether an input is a network's parameter: a constant in most models.</summary>
    public bool IsParameter(string input) => input != "x0" && HasParameters;

    private static Attribute ReadAttribute(JsonProperty attribute) => attribute.Name switch
    {
        "int" => attribute.Value.GetInt64(),
        "float" => attribute.Value.GetSingle(),
        "string" => attribute.Value.GetString()!,
        "ints" => attribute.Value.EnumerateArray().Select(each => each.GetInt64()).ToArray(),
        _ => throw new InvalidDataException($"attribute of kind {attribute.Name}"),
    };

    private static long[] Shape(JsonElement tensor) => [.. tensor.GetProperty("shape").EnumerateArray().Select(each => each.GetInt64())];

    private static Array64 Numbers(JsonElement tensor) => new([.. tensor.GetProperty("data").EnumerateArray().Select(each => each.GetDouble())], Shape(tensor));

    private static Dictionary<string, OperatorReference> Read()
    {
        using var file = File.OpenRead(Shared.InRepository("tests", "references", "operators.json"));
        using var json = JsonDocument.Parse(file);
        return json.RootElement.GetProperty("cases").EnumerateArray().ToDictionary(each => each.GetProperty("name").GetString()!, each => new OperatorReference(each));
    }
}
