using System.Security.Cryptography;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Models;

/// <summary>
/// A network with all that is known about it: the canonical graph with the types of its tensors, its card, the names of its classes.
/// It does not change; sessions that it compiled for its own methods are given back by <see cref="Dispose"/>, and made again where needed.
/// Safe to use from several threads.
/// </summary>
public sealed class Network : IDisposable
{
    private static readonly Lazy<Network> EmbeddedNetwork = new(() => Load(Resources.Bytes("reverie-s.onnx"), ModelRegistry.EmbeddedName));

    private readonly CanonicalModel _model;
    private readonly Lazy<string> _sha256;
    private readonly Lazy<SortedDictionary<string, string>> _weightFiles;
    private readonly Lazy<HashSet<string>> _layers;
    private readonly Lazy<ClassLabels?> _labels;
    private readonly NetworkSessions _sessions;

    private Network(CanonicalModel model, ModelCard card, string? file, Func<byte[]> hash)
    {
        (_model, Card, File) = (model, card, file);
        (Preprocessing, _sessions) = (new(card.Input), new());
        _sha256 = new(() => Convert.ToHexStringLower(hash()));
        _weightFiles = new(() => new(model.Model.ExternalFiles.ToDictionary(file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value.Span))), StringComparer.Ordinal));
        _layers = new(() => [.. Layers]);
        _labels = new(LoadLabels);
    }

    private Network(Network other, ModelCard card)
    {
        (_model, Card, File) = (other._model, card, other.File);
        (Preprocessing, _sessions) = (new(card.Input), other._sessions);
        (_sha256, _weightFiles, _layers, _labels) = (other._sha256, other._weightFiles, other._layers, new(LoadLabels));
    }

    /// <summary>The network that is part of the library.</summary>
    public static Network Embedded => EmbeddedNetwork.Value;

    /// <summary>The network's name.</summary>
    public string Name => Card.Name;

    /// <summary>What is known of its input, outputs, classes and layers; complete where the graph tells what the card leaves out.</summary>
    public ModelCard Card { get; }

    /// <summary>
    /// The canonical graph with the types of its tensors, and with batch and spatial sizes free where the network allows. Not to be changed: clone it.
    /// </summary>
    public Graph Graph => _model.Sizes.Graph;

    /// <summary>The input as the file declares it, perhaps with fixed sizes.</summary>
    public GraphValue DeclaredInput => _model.Graph.Inputs[0];

    /// <summary>Why pictures cannot be run together, so that a batch is to be looped; null where they can.</summary>
    public string? BatchReason => _model.Sizes.BatchReason;

    /// <summary>Why the network runs at the declared height and width only; null where it runs at others.</summary>
    public string? SizeReason => _model.Sizes.SizeReason;

    /// <summary>The file it was loaded from; null for one from memory.</summary>
    public string? File { get; }

    /// <summary>The opset that the file was written for.</summary>
    public long OriginalOpset => _model.OriginalOpset;

    /// <summary>What the user ought to know about the conversion of the file, in one sentence each; often empty.</summary>
    public IReadOnlyList<string> Notes => _model.Notes;

    /// <summary>The name of the graph's input.</summary>
    public string Input => Graph.Inputs[0].Name;

    /// <summary>The way from pictures to the input and back.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The names of the classes; null where the card names none.</summary>
    /// <exception cref="ReverieException">The file with the names cannot be read, or does not fit the logits.</exception>
    public ClassLabels? Labels => _labels.Value;

    /// <summary>The SHA-256 of the model file, in hexadecimal. Weights in files of their own are not part of it: <see cref="WeightFiles"/>.</summary>
    public string Sha256 => _sha256.Value;

    /// <summary>The files beside the model that hold weights, and the SHA-256 of each, in hexadecimal; by path relative to the model's folder. Mostly empty.</summary>
    public IReadOnlyDictionary<string, string> WeightFiles => _weightFiles.Value;

    /// <summary>The names of all computed tensors, in the order of computation.</summary>
    public IEnumerable<string> Layers => Graph.Nodes.SelectMany(node => node.Outputs).Where(output => output.Length > 0);

    /// <summary>Whether a tensor of that name is computed by the network; names of the original file that the canonical graph dropped count too.</summary>
    public bool IsLayer(string tensor) => _layers.Value.Contains(Graph.Resolve(tensor));

    /// <summary>The logits' tensor.</summary>
    /// <exception cref="ReverieException">The network classifies nothing.</exception>
    public string Logits => Card.Output.Logits is { } logits
        ? Graph.Resolve(logits)
        : throw new ReverieException($"{Name} has no logits: it classifies nothing, or its card ought to name them (output.logits)");

    /// <summary>Loads a network by name (see <see cref="ModelRegistry"/>) or from an .onnx file.</summary>
    /// <exception cref="ReverieException">There is no such network, or it cannot be read or used; one line says why.</exception>
    public static Network Load(string nameOrFile)
    {
        var entry = ModelRegistry.Find(nameOrFile);
        if (entry.Path is not { } path) return Embedded;
        var model = CanonicalModel.Load(path);
        try
        {
            var (json, origin) = CardFile.Find(path, model.Model);
            return From(model, json, origin, entry.Name, path, () => Hash(path));
        }
        catch (ReverieException exception) when (!exception.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new ReverieException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Loads a network from memory, without copying its weights. Its card comes from the model's metadata.</summary>
    /// <exception cref="ReverieException">The bytes are not a model that can be used.</exception>
    public static Network Load(ReadOnlyMemory<byte> bytes, string name)
    {
        var model = CanonicalModel.Load(bytes);
        return From(model, model.Model.Metadata.GetValueOrDefault(ModelCard.MetadataKey), "in the model's metadata", name, null, () => SHA256.HashData(bytes.Span));
    }

    /// <summary>
    /// The network compiled as far as one tensor. It belongs to the network, which keeps it until <see cref="Dispose"/>: not to be disposed by the caller.
    /// </summary>
    /// <param name="tensor">The tensor; the only output, under the name that <see cref="Graph.Resolve"/> gives.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <exception cref="ReverieException">There is no such tensor, or the provider is absent.</exception>
    public CompiledGraph CompiledTo(string tensor, RuntimeOptions? options = null)
    {
        if (!IsLayer(tensor)) throw new ReverieException(Names.Unknown("layer", tensor, Layers));
        var kept = Graph.Resolve(tensor);
        return _sessions.Get(kept, options ?? RuntimeOptions.Default, () => Graph.Cut([kept]));
    }

    /// <summary>Gives the memory of compiled sessions back. The network itself stays usable.</summary>
    public void Dispose() => _sessions.Clear();

    /// <summary>The same network with another card: to try another meaning of the input.</summary>
    /// <exception cref="ReverieException">The card does not fit the graph.</exception>
    public Network With(ModelCard card) => new(this, CardInference.Complete(card, Graph, DeclaredInput));

    private static Network From(CanonicalModel model, string? card, string origin, string name, string? file, Func<byte[]> hash)
    {
        var known = card is null ? CardInference.Guess(name, model.Graph) : ModelCard.Parse(card, origin);
        var network = new Network(model, CardInference.Complete(known.Name.Length > 0 ? known : known with { Name = name }, model.Sizes.Graph, model.Graph.Inputs[0]), file, hash);
        if (known.Sha256 is { } expected && !expected.Equals(network.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ReverieException($"the model card {origin} is for a file with the SHA-256 {expected}, but this one has {network.Sha256}");
        return network;
    }

    private static byte[] Hash(string path)
    {
        try
        {
            using var stream = System.IO.File.OpenRead(path);
            return SHA256.HashData(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private ClassLabels? LoadLabels()
    {
        if (Card.Labels is not { Length: > 0 } source) return GuessLabels();
        var labels = source == "imagenet1k" ? ClassLabels.ImageNet : ClassLabels.Load(Path.Combine(Path.GetDirectoryName(File) ?? "", source));
        if (Card.Output.Logits is { } logits && Classes(logits) is { } classes && classes != labels.Count)
            throw new ReverieException($"{labels.Origin} names {labels.Count} classes, but {Name} has {classes} logits ({logits})");
        return labels;
    }

    // A thousand logits on a guessed card are ImageNet's classes, nearly always; the card is marked as a guess.
    private ClassLabels? GuessLabels() => Card.Inferred && Card.Output.Logits is { } logits && Classes(logits) == 1000 ? ClassLabels.ImageNet : null;

    private long? Classes(string logits) => Graph.TypeOf(Graph.Resolve(logits))?.Shape is [_, var classes, ..] ? classes.Value : null;
}
