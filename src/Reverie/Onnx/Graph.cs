namespace Reverie.Onnx;

/// <summary>A named tensor at the border of a graph, with what is known of its type.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Its element type and shape.</param>
public sealed record GraphValue(string Name, TensorType Type);

/// <summary>
/// A computation: nodes in topological order, constant tensors by name, inputs and outputs. Everything that Reverie does to a network
/// (upgrade, differentiate, lower, cut, rewrite) takes a graph and gives a graph.
/// </summary>
public sealed class Graph
{
    private HashSet<string>? _taken;

    /// <summary>The graph's name.</summary>
    public string Name { get; set; } = "graph";

    /// <summary>The nodes; each comes after those whose outputs it reads.</summary>
    public List<Node> Nodes { get; private set; } = [];

    /// <summary>Tensors fed at each run. Constants are not among them.</summary>
    public List<GraphValue> Inputs { get; } = [];

    /// <summary>Tensors that a run gives back.</summary>
    public List<GraphValue> Outputs { get; } = [];

    /// <summary>Constant tensors by name: weights, shapes, axes.</summary>
    public Dictionary<string, Tensor> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>What is known of the types of tensors: declared in the file, or found by <c>ShapeInference</c>.</summary>
    public Dictionary<string, TensorType> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Names of tensors that rewriting removed because another tensor holds the same: removed name to kept name, perhaps over several steps.
    /// Every tensor name of the original file so stays addressable; see <see cref="Resolve"/>.
    /// </summary>
    public Dictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

    /// <summary>The name under which the graph now holds a tensor of the original file: the name itself unless it is an alias.</summary>
    public string Resolve(string tensor)
    {
        for (var steps = Aliases.Count; steps > 0 && Aliases.TryGetValue(tensor, out var kept); steps--) tensor = kept;
        return tensor;
    }

    /// <summary>The type of a tensor (constant, input or computed), or null where nothing is known.</summary>
    public TensorType? TypeOf(string tensor)
    {
        if (Constants.TryGetValue(tensor, out var constant)) return new(constant.Type, [.. constant.Shape.ToArray().Select(Dim.Of)]);
        return Types.TryGetValue(tensor, out var type) ? type : Inputs.Find(input => input.Name == tensor)?.Type;
    }

    /// <summary>Which node writes each tensor.</summary>
    public Dictionary<string, Node> Producers()
    {
        var producers = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var node in Nodes)
            foreach (var output in node.Outputs)
                if (output.Length > 0) producers[output] = node;
        return producers;
    }

    /// <summary>Which nodes read each tensor, in order.</summary>
    public Dictionary<string, List<Node>> Consumers()
    {
        var consumers = new Dictionary<string, List<Node>>(StringComparer.Ordinal);
        foreach (var node in Nodes)
            foreach (var input in node.Inputs.Distinct(StringComparer.Ordinal))
            {
                if (input.Length == 0) continue;
                if (!consumers.TryGetValue(input, out var readers)) consumers[input] = readers = [];
                readers.Add(node);
            }
        return consumers;
    }

    /// <summary>Whether a tensor of that name exists: input, constant or computed.</summary>
    public bool Has(string tensor) => Taken.Contains(tensor);

    /// <summary>A name that no tensor of the graph bears yet: the stem itself, or the stem with a number. The name is reserved.</summary>
    public string Fresh(string stem)
    {
        var name = stem;
        for (var number = 2; Aliases.ContainsKey(name) || !Taken.Add(name); number++) name = $"{stem}_{number}";
        return name;
    }

    /// <summary>Adds a constant under a fresh name and returns the name.</summary>
    public string AddConstant(string stem, Tensor value)
    {
        var name = Fresh(stem);
        Constants[name] = value;
        return name;
    }

    /// <summary>Forgets which names are taken; to be called after nodes, inputs or constants were changed by hand.</summary>
    public void Refresh() => _taken = null;

    /// <summary>A copy whose lists and nodes can be changed without changing this graph. Tensors are shared: they are immutable.</summary>
    public Graph Clone()
    {
        var copy = new Graph { Name = Name, Nodes = [.. Nodes.Select(node => node.Clone())] };
        copy.Inputs.AddRange(Inputs);
        copy.Outputs.AddRange(Outputs);
        foreach (var (name, value) in Constants) copy.Constants[name] = value;
        foreach (var (name, type) in Types) copy.Types[name] = type;
        foreach (var (removed, kept) in Aliases) copy.Aliases[removed] = kept;
        return copy;
    }

    /// <summary>Replaces all nodes.</summary>
    public void ReplaceNodes(List<Node> nodes)
    {
        Nodes = nodes;
        Refresh();
    }

    /// <summary>
    /// Keeps only what the named tensors need, and makes them the outputs: the graph cut at its deepest tensor used.
    /// Aliases may be asked for; the outputs bear the names that <see cref="Resolve"/> gives. Inputs that nothing needs any more are dropped with the rest unless <paramref name="keepInputs"/> is set.
    /// </summary>
    /// <exception cref="ReverieException">A named tensor does not exist.</exception>
    public Graph Cut(IEnumerable<string> outputs, bool keepInputs = false)
    {
        var wanted = outputs.Select(Resolve).ToList();
        foreach (var name in wanted)
            if (!Has(name)) throw new ReverieException(Names.Unknown("tensor", name, Taken));
        var cut = Clone();
        var needed = new HashSet<string>(wanted, StringComparer.Ordinal);
        for (var index = cut.Nodes.Count - 1; index >= 0; index--)
            if (cut.Nodes[index].Outputs.Any(needed.Contains)) needed.UnionWith(cut.Nodes[index].Inputs);
        cut.Nodes.RemoveAll(node => !node.Outputs.Any(needed.Contains));
        if (!keepInputs) cut.Inputs.RemoveAll(input => !needed.Contains(input.Name));
        foreach (var name in cut.Constants.Keys.Where(name => !needed.Contains(name)).ToList()) cut.Constants.Remove(name);
        cut.Outputs.Clear();
        cut.Outputs.AddRange(wanted.Select(name => new GraphValue(name, TypeOf(name) ?? new TensorType(ElementType.Float, null))));
        cut.Refresh();
        return cut;
    }

    /// <summary>Sorts the nodes topologically, keeping their order where it is already right (Kahn's algorithm; no recursion).</summary>
    /// <exception cref="ReverieException">The graph has a cycle, a tensor is read that nothing writes, or one is written twice.</exception>
    public void Sort()
    {
        var known = new HashSet<string>(Constants.Keys, StringComparer.Ordinal);
        known.UnionWith(Inputs.Select(input => input.Name));
        var producers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < Nodes.Count; index++)
            foreach (var output in Nodes[index].Outputs.Where(output => output.Length > 0))
                if (known.Contains(output) || !producers.TryAdd(output, index))
                    throw new ReverieException($"the tensor '{output}' is written twice: by {Nodes[index].Describe()} and before");
        var missing = new int[Nodes.Count];
        var readers = new List<int>[Nodes.Count];
        for (var index = 0; index < Nodes.Count; index++)
            foreach (var input in Nodes[index].Inputs.Where(input => input.Length > 0 && !known.Contains(input)).Distinct(StringComparer.Ordinal))
            {
                if (!producers.TryGetValue(input, out var writer))
                    throw new ReverieException($"{Nodes[index].Describe()} reads the tensor '{input}', which does not exist");
                (readers[writer] ??= []).Add(index);
                missing[index]++;
            }
        var ready = new PriorityQueue<int, int>();
        for (var index = 0; index < Nodes.Count; index++)
            if (missing[index] == 0) ready.Enqueue(index, index);
        var sorted = new List<Node>(Nodes.Count);
        while (ready.TryDequeue(out var index, out _))
        {
            sorted.Add(Nodes[index]);
            foreach (var reader in readers[index] ?? [])
                if (--missing[reader] == 0) ready.Enqueue(reader, reader);
        }
        if (sorted.Count < Nodes.Count)
            throw new ReverieException($"the graph has a cycle through {Nodes[Array.FindIndex(missing, count => count > 0)].Describe()}");
        foreach (var output in Outputs)
            if (!known.Contains(output.Name) && !producers.ContainsKey(output.Name))
                throw new ReverieException($"the graph's output '{output.Name}' is computed by no node");
        Nodes = sorted;
    }

    private HashSet<string> Taken
    {
        get
        {
            if (_taken is not null) return _taken;
            _taken = new(Constants.Keys, StringComparer.Ordinal);
            _taken.UnionWith(Inputs.Select(input => input.Name));
            foreach (var node in Nodes) _taken.UnionWith(node.Outputs);
            _taken.Remove("");
            return _taken;
        }
    }
}
