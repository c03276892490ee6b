namespace Reverie.Onnx.Upgrade;

/// <summary>The graph under construction while nodes are rewritten one after another.</summary>
internal sealed class UpgradeContext(Graph graph, long opset)
{
    private readonly Ranks _ranks = new(graph);
    private readonly HashSet<string> _read = [.. graph.Nodes.SelectMany(node => node.Inputs), .. graph.Outputs.Select(output => output.Name)];

    /// <summary>The opset that the model was written for.</summary>
    public long Opset => opset;

    /// <summary>The canonical nodes so far, in topological order.</summary>
    public List<Node> Nodes { get; } = new(graph.Nodes.Count);

    /// <summary>The number of dimensions of a tensor written so far, or null where it is not known.</summary>
    public int? Rank(string tensor) => _ranks[tensor];

    /// <summary>The constant of that name, or null.</summary>
    public Tensor? Constant(string tensor) => graph.Constants.GetValueOrDefault(tensor);

    /// <summary>Whether any node or the caller reads the tensor.</summary>
    public bool IsRead(string tensor) => tensor.Length > 0 && _read.Contains(tensor);

    /// <summary>Makes a constant for the use of a node, and returns its name.</summary>
    public string Constant(Node node, string what, Tensor value) => graph.AddConstant($"{node.Output}.{what}", value);

    /// <summary>A name that no tensor bears yet.</summary>
    public string Fresh(Node node, string what) => graph.Fresh($"{node.Output}.{what}");

    /// <summary>Adds a node as it is.</summary>
    public void Add(Node node)
    {
        Nodes.Add(node);
        _ranks.Note(node);
    }

    /// <summary>Adds a node that writes a named tensor in the place of the original.</summary>
    public void Replace(Node original, string op, string[] inputs, params (string Name, Attribute Value)[] attributes) =>
        Add(original, op, inputs, original.Output, attributes);

    /// <summary>Adds a node that writes a new tensor, and returns the tensor's name.</summary>
    public string Step(Node original, string op, string[] inputs, params (string Name, Attribute Value)[] attributes)
    {
        var output = Fresh(original, op);
        Add(original, op, inputs, output, attributes);
        return output;
    }

    /// <summary>Puts a constant list of integers, which was an attribute, among the node's inputs.</summary>
    public void MoveToInput(Node node, string attribute, int position)
    {
        if (node.Ints(attribute) is not { } values) return;
        node.Attributes.Remove(attribute);
        SetInput(node, position, Constant(node, attribute, Tensor.Ints(values)));
    }

    /// <summary>Sets an optional input; those before it that are left out become empty names.</summary>
    public static void SetInput(Node node, int position, string tensor)
    {
        while (node.Inputs.Count <= position) node.Inputs.Add("");
        node.Inputs[position] = tensor;
    }

    private void Add(Node original, string op, string[] inputs, string output, (string Name, Attribute Value)[] attributes)
    {
        // ONNX Runtime refuses two nodes of one name: steps are named by what they write
        var node = new Node(op, inputs, [output]) { Name = output == original.Output ? original.Name : output };
        foreach (var (name, value) in attributes) node.Attributes[name] = value;
        Add(node);
    }
}
