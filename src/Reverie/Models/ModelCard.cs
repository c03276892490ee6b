using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Onnx;

namespace Reverie.Models;

/// <summary>
/// What must be known about a network beyond its graph: what its input's numbers mean, where its logits are, what its classes are called.
/// It comes from <c>NAME.card.json</c> beside the model, from the ONNX metadata key <c>reverie.card</c>, or is inferred from the graph.
/// A wrong card gives wrong pictures silently; <c>reverie models show</c> checks one on a sample.
/// </summary>
public sealed record ModelCard
{
    /// <summary>The ONNX metadata key under which a model file carries its card.</summary>
    public const string MetadataKey = "reverie.card";

    // The reader made at compile time sets every property, with null where the text leaves one out: hence the ?? in the initialisers.

    /// <summary>The network's name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The version of the weights.</summary>
    public string? Version { get; init; }

    /// <summary>Who made the network.</summary>
    public string? Source { get; init; }

    /// <summary>The licence of the weights.</summary>
    public string? License { get; init; }

    /// <summary>What a user ought to know.</summary>
    public string? Notes { get; init; }

    /// <summary>The input.</summary>
    public InputCard Input { get; init => field = value ?? new(); } = new();

    /// <summary>The outputs.</summary>
    public OutputCard Output { get; init => field = value ?? new(); } = new();

    /// <summary>The class names: <c>imagenet1k</c>, or a text file beside the model with one class a line; null where there are none.</summary>
    public string? Labels { get; init; }

    /// <summary>Tensors that are known to be worth using.</summary>
    public LayerCard Layers { get; init => field = value ?? new(); } = new();

    /// <summary>The SHA-256 of the model file that the card is about, in hexadecimal; null where the card is for any.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether the meaning of the input is a guess and not stated by the network's maker.</summary>
    public bool Inferred { get; init; }

    /// <summary>Reads a card.</summary>
    /// <param name="json">The card.</param>
    /// <param name="origin">Where it comes from, for the message.</param>
    /// <exception cref="ReverieException">The text is not a valid card; one line says where.</exception>
    public static ModelCard Parse(string json, string origin)
    {
        try
        {
            var card = JsonSerializer.Deserialize(json, ModelCardJson.Default.ModelCard) ?? throw new JsonException("it is null");
            if (card.Layers.Dream.Concat(card.Layers.Style).Concat(card.Layers.Content).Any(layer => layer is null)) throw new ReverieException("a list of layers holds null");
            card.Input.Validate();
            return card;
        }
        catch (JsonException exception)
        {
            var where = exception.LineNumber is { } line ? $" at {exception.Path}, line {line + 1}" : "";
            throw new ReverieException($"the model card {origin} is not valid{where}: {FirstSentence(exception.Message)}", exception);
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"the model card {origin} is not valid: {exception.Message}", exception);
        }
    }

    /// <summary>The card as JSON, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelCardJson.Default.ModelCard);

    // System.Text.Json ends its messages with a path and line, which are told already.
    private static string FirstSentence(string message)
    {
        var text = message.ReplaceLineEndings(" ");
        var end = text.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}

/// <summary>Tensors that are known to be worth using, by purpose, the best first.</summary>
public sealed record LayerCard
{
    /// <summary>Layers that give good dreams.</summary>
    public IReadOnlyList<string> Dream { get; init => field = value ?? []; } = [];

    /// <summary>Layers whose statistics make a style.</summary>
    public IReadOnlyList<string> Style { get; init => field = value ?? []; } = [];

    /// <summary>Layers whose values keep the content.</summary>
    public IReadOnlyList<string> Content { get; init => field = value ?? []; } = [];

    /// <summary>Those that a graph has.</summary>
    internal LayerCard Within(Graph graph)
    {
        return new() { Dream = Known(Dream), Style = Known(Style), Content = Known(Content) };

        IReadOnlyList<string> Known(IReadOnlyList<string> layers) => [.. layers.Where(layer => graph.Has(graph.Resolve(layer)))];
    }
}

/// <summary>The outputs of a network.</summary>
public sealed record OutputCard
{
    /// <summary>The tensor [N,classes] before the final Softmax; null where the network classifies nothing.</summary>
    public string? Logits { get; init; }

    /// <summary>The tensor [N,classes] of probabilities; null where the network has none.</summary>
    public string? Probabilities { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8)]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class ModelCardJson : JsonSerializerContext;
