namespace Reverie.Onnx;

/// <summary>One operator of a graph: what it computes, from which tensors, into which tensors.</summary>
public sealed class Node
{
    /// <summary>Creates a node of the standard operator set.</summary>
    public Node(string op, IEnumerable<string> inputs, IEnumerable<string> outputs)
    {
        Op = op;
        Inputs = [.. inputs];
        Outputs = [.. outputs];
    }

    /// <summary>The operator, such as <c>Conv</c>.</summary>
    public string Op { get; set; }

    /// <summary>The operator's domain; empty for the standard one.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The node's own name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>Names of the tensors read; an empty name is an optional input left out.</summary>
    public List<string> Inputs { get; }

    /// <summary>Names of the tensors written; an empty name is an optional output left out.</summary>
    public List<string> Outputs { get; }

    /// <summary>The attributes that are stated, by name.</summary>
    public Dictionary<string, Attribute> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>The first output's name.</summary>
    public string Output => Outputs[0];

    /// <summary>The input at a position, or an empty name where it is left out.</summary>
    public string Input(int index) => index < Inputs.Count ? Inputs[index] : "";

    /// <summary>Whether an optional input is given.</summary>
    public bool HasInput(int index) => Input(index).Length > 0;

    /// <summary>An integer attribute, or its default.</summary>
    public long Int(string name, long fallback) => Attributes.TryGetValue(name, out var value) ? value.Int : fallback;

    /// <summary>A float attribute, or its default.</summary>
    public float Float(string name, float fallback) => Attributes.TryGetValue(name, out var value) ? value.Float : fallback;

    /// <summary>A text attribute, or its default.</summary>
    public string String(string name, string fallback) => Attributes.TryGetValue(name, out var value) ? value.String : fallback;

    /// <summary>An integer list attribute, or null where it is not stated.</summary>
    public long[]? Ints(string name) => Attributes.TryGetValue(name, out var value) ? value.Ints : null;

    /// <summary>A copy whose lists can be changed without changing this node; attribute values are shared, being immutable.</summary>
    public Node Clone()
    {
        var copy = new Node(Op, Inputs, Outputs) { Domain = Domain, Name = Name };
        foreach (var (key, value) in Attributes) copy.Attributes[key] = value;
        return copy;
    }

    /// <summary>How messages name the node: <c>operator Conv (node conv1)</c>.</summary>
    public string Describe()
    {
        var op = Domain.Length == 0 ? Op : $"{Domain}.{Op}";
        var name = Name.Length > 0 ? Name : Outputs.Find(output => output.Length > 0) ?? "";
        return $"operator {op} (node {name})";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{string.Join(", ", Outputs)} = {Op}({string.Join(", ", Inputs)})";
}
