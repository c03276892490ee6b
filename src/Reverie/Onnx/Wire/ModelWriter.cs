using System.Globalization;

namespace Reverie.Onnx.Wire;

/// <summary>Writes models in the format of onnx.proto3, with weights inside or in one external data file.</summary>
internal static class ModelWriter
{
    /// <summary>Constants of at least this many bytes go to the external file, where one is asked for.</summary>
    public const int ExternalFrom = 1024;

    // Weights are aligned to a page, so that they can be mapped.
    private const int Alignment = 4096;

    public static byte[] ToBytes(Model model) => Serialize(model, null, null);

    /// <summary>Writes the graph without its large constants, and these into <paramref name="weights"/>, to which the model refers as <paramref name="location"/>.</summary>
    public static byte[] ToBytes(Model model, Stream weights, string location) => Serialize(model, weights, location);

    public static void Write(Model model, string path)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, ToBytes(model));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"{path} cannot be written: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static byte[] Serialize(Model model, Stream? weights, string? location)
    {
        var writer = new ProtoWriter();
        writer.Int(1, model.IrVersion);
        writer.Text(2, model.Producer);
        writer.Message(7, graph => WriteGraph(graph, model.Graph, weights, location));
        writer.Message(8, opset => opset.Int(2, model.Opset));
        foreach (var (domain, version) in model.OtherOpsets)
            writer.Message(8, opset => { opset.Text(1, domain); opset.Int(2, version); });
        foreach (var (key, value) in model.Metadata)
            writer.Message(14, entry => { entry.Text(1, key); entry.Text(2, value); });
        return writer.ToArray();
    }

    private static void WriteGraph(ProtoWriter writer, Graph graph, Stream? weights, string? location)
    {
        foreach (var node in graph.Nodes) writer.Message(1, message => WriteNode(message, node));
        writer.Text(2, graph.Name);
        foreach (var (name, tensor) in graph.Constants)
            writer.Message(5, message => WriteTensor(message, name, tensor, weights, location));
        foreach (var input in graph.Inputs) writer.Message(11, message => WriteValue(message, input));
        foreach (var output in graph.Outputs) writer.Message(12, message => WriteValue(message, output));
    }

    private static void WriteNode(ProtoWriter writer, Node node)
    {
        foreach (var input in node.Inputs) writer.Text(1, input);
        foreach (var output in node.Outputs) writer.Text(2, output);
        if (node.Name.Length > 0) writer.Text(3, node.Name);
        writer.Text(4, node.Op);
        foreach (var (name, value) in node.Attributes) writer.Message(5, message => WriteAttribute(message, name, value));
        if (node.Domain.Length > 0) writer.Text(7, node.Domain);
    }

    private static void WriteAttribute(ProtoWriter writer, string name, Attribute value)
    {
        writer.Text(1, name);
        switch (value.Kind)
        {
            case AttributeKind.Float: writer.Float(2, value.Float); break;
            case AttributeKind.Int: writer.Int(3, value.Int); break;
            case AttributeKind.String: writer.Text(4, value.String); break;
            case AttributeKind.Tensor: writer.Message(5, message => WriteTensor(message, "", value.Tensor, null, null)); break;
            case AttributeKind.Floats: foreach (var item in value.Floats) writer.Float(7, item); break;
            case AttributeKind.Ints: foreach (var item in value.Ints) writer.Int(8, item); break;
            case AttributeKind.Strings: foreach (var item in value.Strings) writer.Text(9, item); break;
            default: throw new InvalidOperationException($"attributes of kind {value.Kind} cannot be written");
        }
        writer.Int(20, (long)value.Kind);
    }

    private static void WriteTensor(ProtoWriter writer, string name, Tensor tensor, Stream? weights, string? location)
    {
        foreach (var dim in tensor.Shape) writer.Int(1, dim);
        writer.Int(2, (long)tensor.Type);
        if (name.Length > 0) writer.Text(8, name);
        if (weights is null || tensor.Data.Length < ExternalFrom)
        {
            writer.Bytes(9, tensor.Data.Span);
            return;
        }
        var padding = (int)((Alignment - weights.Position % Alignment) % Alignment);
        weights.Write(new byte[padding]);
        Entry("location", location!);
        Entry("offset", weights.Position.ToString(CultureInfo.InvariantCulture));
        Entry("length", tensor.Data.Length.ToString(CultureInfo.InvariantCulture));
        writer.Int(14, 1);
        weights.Write(tensor.Data.Span);

        void Entry(string key, string value) => writer.Message(13, entry => { entry.Text(1, key); entry.Text(2, value); });
    }

    private static void WriteValue(ProtoWriter writer, GraphValue value)
    {
        writer.Text(1, value.Name);
        if (value.Type.Element == ElementType.Undefined) return;
        writer.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Int(1, (long)value.Type.Element);
            if (value.Type.Shape is { } shape)
                tensor.Message(2, dims =>
                {
                    foreach (var dim in shape)
                        dims.Message(1, message =>
                        {
                            if (dim.Value is { } known) message.Int(1, known);
                            else message.Text(2, dim.ToString());
                        });
                });
        }));
    }
}
