using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Schema;
using Reverie.Onnx.Shapes;
using Reverie.Onnx.Upgrade;

namespace Reverie.Onnx;

/// <summary>
/// A network as the rest of Reverie knows it: checked, in the canonical operator set (standard operators of opset 18, and Gelu), in float32,
/// with one input. Everything that reads a model file on a user's behalf does it here.
/// </summary>
public sealed class CanonicalModel
{
    private readonly Lazy<FreedSizes> _sizes;

    private CanonicalModel(Model model, long originalOpset, IReadOnlyList<string> notes)
    {
        (Model, OriginalOpset, Notes) = (model, originalOpset, notes);
        _sizes = new(FreeTheSizes);
    }

    /// <summary>The canonical model.</summary>
    public Model Model { get; }

    /// <summary>Its computation, at the sizes that the file states.</summary>
    public Graph Graph => Model.Graph;

    /// <summary>The opset that the file was written for.</summary>
    public long OriginalOpset { get; }

    /// <summary>The same computation with the batch and the spatial sizes free where the network allows, and what keeps them fixed where not.</summary>
    /// <exception cref="ReverieException">The shapes contradict each other.</exception>
    public FreedSizes Sizes => _sizes.Value;

    /// <summary>What the user ought to know about the conversion, in one sentence each; often empty.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Reads a model from a file and brings it into canonical form.</summary>
    /// <exception cref="ReverieException">The file cannot be read, is not a valid model, or uses what Reverie does not support; one line says what.</exception>
    public static CanonicalModel Load(string path)
    {
        var model = Model.Read(path);
        try
        {
            return From(model);
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a model from memory, without copying weights. External data, if any, is looked for in <paramref name="folder"/>.</summary>
    /// <exception cref="ReverieException">The bytes are not a valid model, or it uses what Reverie does not support.</exception>
    public static CanonicalModel Load(ReadOnlyMemory<byte> bytes, string? folder = null) => From(Model.Read(bytes, folder));

    /// <summary>Brings a model into canonical form. The given model is sorted, and otherwise not changed.</summary>
    /// <exception cref="ReverieException">The model is not valid, or uses what Reverie does not support.</exception>
    public static CanonicalModel From(Model model)
    {
        ModelValidator.Check(model);
        var canonical = OpsetUpgrade.ToCanonical(model, out var notes);
        var graph = canonical.Graph;
        KeepOneInput(graph);
        ShapeInference.Infer(graph);
        ModelValidator.CheckCanonical(graph);
        var nodes = graph.Nodes.Count;
        RemoveIdentity.Apply(graph);
        ConstantFolding.Apply(graph);
        DropUnused(graph);
        // constants that folding found tell more about the nodes that read them
        if (graph.Nodes.Count != nodes) CheckAgain(graph);
        BlobNames.Apply(graph);
        return new(canonical, model.Opset, notes);
    }

    private FreedSizes FreeTheSizes()
    {
        var sizes = FreeSizes.Apply(Graph);
        DropUnused(sizes.Graph); // the numbers that freed targets replace
        return sizes;
    }

    private static void CheckAgain(Graph graph)
    {
        graph.Types.Clear();
        ShapeInference.Infer(graph);
        ModelValidator.CheckCanonical(graph);
    }

    // What no output needs goes, except activations that the file computes for nobody: they can still be asked for by name.
    private static void DropUnused(Graph graph)
    {
        var outputs = graph.Outputs.Count;
        var read = graph.Nodes.SelectMany(node => node.Inputs).Concat(graph.Outputs.Select(output => output.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in graph.Nodes.SelectMany(node => node.Outputs))
            if (name.Length > 0 && !read.Contains(name) && graph.TypeOf(name) is { } type && type.Element.IsFloating()) graph.Outputs.Add(new(name, type));
        DeadCode.Remove(graph);
        graph.Outputs.RemoveRange(outputs, graph.Outputs.Count - outputs);
    }

    // A picture goes in through one input; nothing could feed others. Those that no node reads are leftovers of training.
    private static void KeepOneInput(Graph graph)
    {
        var read = graph.Nodes.SelectMany(node => node.Inputs).ToHashSet(StringComparer.Ordinal);
        graph.Inputs.RemoveAll(input => !read.Contains(input.Name));
        if (graph.Inputs.Count != 1)
            throw new ReverieException(graph.Inputs.Count == 0 ? "the model's outputs do not depend on its input"
                : $"the model has {graph.Inputs.Count} inputs ({string.Join(", ", graph.Inputs.Take(8).Select(input => input.Name))}); networks with one are supported");
        var (name, type) = graph.Inputs[0];
        if (type.Element != ElementType.Float)
            throw new ReverieException($"the input '{name}' holds {type.Element}; networks that take floating-point pictures are supported");
        graph.Refresh();
    }
}
