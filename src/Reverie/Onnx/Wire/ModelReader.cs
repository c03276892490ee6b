namespace Reverie.Onnx.Wire;

/// <summary>Reads the messages of onnx.proto3 (github.com/onnx/onnx) by their public field numbers.</summary>
internal static class ModelReader
{
    private const int MaxNodes = 1_000_000;

    // lists in attributes are pads, axes and small constants; weights are tensors
    private const int MaxListed = 1 << 20;

    public static Model Read(string path)
    {
        var bytes = MappedFile.Map(path);
        try
        {
            FileKind.RefuseOthers(bytes.Span);
            return Read(bytes, Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"{path}: {exception.Message}", exception);
        }
    }

    public static Model Read(ReadOnlyMemory<byte> bytes, string? folder)
    {
        var tensors = new TensorReader(bytes, folder);
        var model = new Model { Opset = 0, IrVersion = 0 };
        var reader = new ProtoReader(bytes.Span);
        var hasGraph = false;
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: model.IrVersion = reader.Int(); break;
                case 2: model.Producer = reader.Text(); break;
                case 7:
                    if (hasGraph) throw new ReverieException("not a valid ONNX file: it holds two graphs");
                    hasGraph = true;
                    model.Graph = ReadGraph(reader.Message(), tensors);
                    break;
                case 8: ReadOpset(reader.Message(), model); break;
                case 14: ReadEntry(reader.Message(), model.Metadata); break;
                case 25: throw new ReverieException("the model defines functions of its own, which are not supported; export it with functions inlined");
                default: reader.Skip(); break;
            }
        if (!hasGraph) throw new ReverieException("not a valid ONNX file: it holds no graph");
        if (model.Opset == 0) throw new ReverieException("not a valid ONNX file: it does not say which operator set it follows");
        foreach (var (location, content) in tensors.External) model.ExternalFiles[location] = content;
        MoveConstants(model.Graph);
        return model;
    }

    private static void ReadOpset(ProtoReader reader, Model model)
    {
        var (domain, version) = ("", 0L);
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: domain = reader.Name(); break;
                case 2: version = reader.Int(); break;
                default: reader.Skip(); break;
            }
        if (domain is "" or "ai.onnx") model.Opset = version;
        else model.OtherOpsets[domain] = version;
    }

    /// <summary>Reads a StringStringEntryProto: metadata, and where external data lies.</summary>
    internal static void ReadEntry(ProtoReader reader, Dictionary<string, string> into)
    {
        var (key, value) = ("", "");
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: key = reader.Text(); break;
                case 2: value = reader.Text(); break;
                default: reader.Skip(); break;
            }
        into[key] = value;
    }

    private static Graph ReadGraph(ProtoReader reader, TensorReader tensors)
    {
        var graph = new Graph();
        while (reader.Next())
            switch (reader.Field)
            {
                case 1:
                    if (graph.Nodes.Count == MaxNodes) throw new ReverieException($"the graph has more than {MaxNodes:N0} nodes");
                    graph.Nodes.Add(ReadNode(reader.Message(), tensors));
                    break;
                case 2: graph.Name = reader.Text(); break;
                case 5:
                    var (name, tensor) = tensors.Read(reader.Message());
                    if (!graph.Constants.TryAdd(name, tensor)) throw new ReverieException($"two initializers are called '{name}'");
                    break;
                case 11: graph.Inputs.Add(ReadValue(reader.Message())); break;
                case 12: graph.Outputs.Add(ReadValue(reader.Message())); break;
                case 13:
                    var value = ReadValue(reader.Message());
                    graph.Types[value.Name] = value.Type;
                    break;
                case 15: throw new ReverieException("sparse initializers are not supported");
                default: reader.Skip(); break;
            }
        return graph;
    }

    private static Node ReadNode(ProtoReader reader, TensorReader tensors)
    {
        var node = new Node("", [], []);
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: node.Inputs.Add(reader.Name()); break;
                case 2: node.Outputs.Add(reader.Name()); break;
                case 3: node.Name = reader.Name(); break;
                case 4: node.Op = reader.Name(); break;
                case 5: ReadAttribute(reader.Message(), node, tensors); break;
                case 7: node.Domain = reader.Name() is var domain && domain == "ai.onnx" ? "" : domain; break;
                default: reader.Skip(); break;
            }
        if (node.Op.Length == 0) throw new ReverieException($"not a valid ONNX file: the node '{node.Name}' has no operator");
        return node;
    }

    private static void ReadAttribute(ProtoReader reader, Node node, TensorReader tensors)
    {
        var (name, kind, single, integer, text) = ("", AttributeKind.Undefined, 0f, 0L, "");
        Tensor? tensor = null;
        List<float> floats = [];
        List<long> ints = [];
        List<string> strings = [];
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: name = reader.Name(); break;
                case 2: single = reader.Float(); break;
                case 3: integer = reader.Int(); break;
                case 4: text = reader.Text(); break;
                case 5: tensor = tensors.Read(reader.Message()).Tensor; break;
                case 6: kind = AttributeKind.Graph; reader.Skip(); break;
                case 7: reader.Floats(floats); break;
                case 8: reader.Ints(ints); break;
                case 9: strings.Add(reader.Text()); break;
                case 20: kind = (AttributeKind)reader.Int(); break;
                default: reader.Skip(); break;
            }
        if (kind == AttributeKind.Undefined) // files of IR version 1 and 2 leave the kind to the field that is set
            kind = tensor is not null ? AttributeKind.Tensor : floats.Count > 0 ? AttributeKind.Floats : ints.Count > 0 ? AttributeKind.Ints
                : strings.Count > 0 ? AttributeKind.Strings : text.Length > 0 ? AttributeKind.String : single != 0 ? AttributeKind.Float : AttributeKind.Int;
        if (floats.Count > MaxListed || ints.Count > MaxListed || strings.Count > MaxListed)
            throw new ReverieException($"{node.Describe()} has an attribute '{name}' that lists more than {MaxListed:N0} values");
        Attribute value = kind switch
        {
            AttributeKind.Float => single,
            AttributeKind.Int => integer,
            AttributeKind.String => text,
            AttributeKind.Tensor when tensor is not null => tensor,
            AttributeKind.Graph => Attribute.Subgraph,
            AttributeKind.Floats => floats.ToArray(),
            AttributeKind.Ints => ints.ToArray(),
            AttributeKind.Strings => strings.ToArray(),
            AttributeKind.Tensor => throw new ReverieException($"{node.Describe()} has an attribute '{name}' that should hold a tensor and does not"),
            _ => throw new ReverieException($"{node.Describe()} has an attribute '{name}' of a kind that is not supported ({kind})"),
        };
        if (!node.Attributes.TryAdd(name, value)) throw new ReverieException($"{node.Describe()} states the attribute '{name}' twice");
    }

    private static GraphValue ReadValue(ProtoReader reader)
    {
        var name = "";
        var type = new TensorType(ElementType.Undefined, null);
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: name = reader.Name(); break;
                case 2: type = ReadType(reader.Message(), name); break;
                default: reader.Skip(); break;
            }
        if (name.Length == 0) throw new ReverieException("not a valid ONNX file: an input or output has no name");
        return new(name, type);
    }

    private static TensorType ReadType(ProtoReader reader, string name)
    {
        var type = new TensorType(ElementType.Undefined, null);
        while (reader.Next())
            if (reader.Field == 1)
            {
                var tensor = reader.Message();
                while (tensor.Next())
                    switch (tensor.Field)
                    {
                        case 1: type = type with { Element = (ElementType)tensor.Int() }; break;
                        case 2: type = type with { Shape = ReadShape(tensor.Message(), name) }; break;
                        default: tensor.Skip(); break;
                    }
            }
            else reader.Skip();
        return type;
    }

    private static List<Dim> ReadShape(ProtoReader reader, string name)
    {
        var shape = new List<Dim>();
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }
            var dim = reader.Message();
            Dim? value = null;
            while (dim.Next())
                switch (dim.Field)
                {
                    // exporters write 0 or -1 for a size left open
                    case 1: value = dim.Int() is var size and > 0 ? size : null; break;
                    case 2: value = dim.Name() is { Length: > 0 } symbol ? Dim.Symbol(symbol) : null; break;
                    default: dim.Skip(); break;
                }
            shape.Add(value ?? Dim.Symbol($"{name}.{shape.Count}"));
        }
        return shape;
    }

    // Constants can be initializers (also listed among the inputs, before IR version 4) or Constant nodes; from here on they are Graph.Constants.
    private static void MoveConstants(Graph graph)
    {
        graph.Inputs.RemoveAll(input => graph.Constants.ContainsKey(input.Name));
        var nodes = new List<Node>(graph.Nodes.Count);
        foreach (var node in graph.Nodes)
        {
            if (node.Op != "Constant" || node.Domain.Length > 0)
            {
                nodes.Add(node);
                continue;
            }
            if (node.Outputs.Count != 1 || node.Attributes.Count != 1) throw new ReverieException($"{node.Describe()} must have one output and one value");
            var (name, value) = node.Attributes.First();
            Tensor tensor = name switch
            {
                "value" => value.Tensor,
                "value_float" => Tensor.Of([value.Float]),
                "value_floats" => Tensor.Of<float>(value.Floats, value.Floats.Length),
                "value_int" => Tensor.Of([value.Int]),
                "value_ints" => Tensor.Ints(value.Ints),
                _ => throw new ReverieException($"{node.Describe()} holds its constant as '{name}', which is not supported"),
            };
            if (!graph.Constants.TryAdd(node.Output, tensor)) throw new ReverieException($"the tensor '{node.Output}' is written twice");
        }
        graph.ReplaceNodes(nodes);
    }
}
