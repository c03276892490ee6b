using System.Text.Json;
using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>One case of a file of golden cases: a network, a method with its parameters, inputs, and the attributions to be found.</summary>
internal sealed class GoldenCase(JsonElement json, JsonElement network)
{
    public string Id => json.GetProperty("id").GetString()!;

    public string Method => json.GetProperty("method").GetString()!;

    public JsonElement Params => json.GetProperty("params");

    public double Tolerance => json.GetProperty("tol").GetDouble();

    public IReadOnlyList<Signal> Inputs { get; } = [.. json.GetProperty("inputs").EnumerateArray().Select(GoldenArrays.Read)];

    /// <summary>One signal per input, of as many items as the file gives; null where it gives none, which means zeros.</summary>
    public IReadOnlyList<Signal>? Baselines => json.TryGetProperty("baselines", out var baselines)
        ? [.. baselines.EnumerateArray().Select((each, index) => GoldenArrays.ReadBaseline(each, Inputs[index]))]
        : null;

    public IReadOnlyList<Signal> Expected => [.. json.GetProperty("expected").EnumerateArray().Select(GoldenArrays.Read)];

    public double[]? ExpectedDelta => json.TryGetProperty("expected_delta", out var delta) ? [.. delta.EnumerateArray().Select(each => each.GetDouble())] : null;

    public int? Target => json.TryGetProperty("target", out var target) ? target.GetInt32() : null;

    /// <summary>The tensor of the layer that the method is about; its input where the parameters say so.</summary>
    public string Layer
    {
        get
        {
            var layer = json.GetProperty("layer").GetString()!;
            return Flag("attribute_to_layer_input", false) ? GoldenGraph.Node(network, layer).GetProperty("in")[0].GetString()! : layer;
        }
    }

    /// <summary>The function that is explained: an output column, or the output itself where there is one value for each item.</summary>
    public TargetFunction Function
    {
        get
        {
            var graph = GoldenGraph.Build(network, Inputs);
            if (Params.TryGetProperty("neuron", out var neuron))
                return TargetFunction.Element(graph, Layer, [.. neuron.EnumerateArray().Select(index => index.GetInt64())]);
            var output = network.GetProperty("output").GetString()!;
            return Target is { } column ? TargetFunction.Element(graph, output, column) : TargetFunction.Sum(graph, output);
        }
    }

    public AttributionContext Context(Subject subject) => new() { Subject = subject, Inputs = Inputs, Baselines = Baselines is { } baselines ? [baselines] : [] };

    public bool Flag(string name, bool fallback) => Params.TryGetProperty(name, out var value) ? value.GetBoolean() : fallback;

    public double Number(string name, double fallback) => Params.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : fallback;

    public string Text(string name, string fallback) => Params.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : fallback;
}
