using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Models.Catalogue;

/// <summary>Where a model in the store came from, and the hashes that pin it; kept as <c>NAME.source.json</c> beside it.</summary>
public sealed record ModelSource
{
    /// <summary>The address or file that it was made from.</summary>
    public required string From { get; init; }

    /// <summary>The SHA-256 of what was fetched.</summary>
    public required string FetchedSha256 { get; init; }

    /// <summary>The SHA-256 of the model in the store: that of what was fetched, unless it was imported or cut.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Whether the hash of what was fetched is one that its publisher states; else the first download was trusted.</summary>
    public bool Published { get; init; }

    /// <summary>Whether the classifier was cut off.</summary>
    public bool Stripped { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, ModelSourceJson.Default.ModelSource);

    /// <exception cref="ReverieException">The text is damaged.</exception>
    internal static ModelSource Parse(string json, string origin)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ModelSourceJson.Default.ModelSource) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"{origin} is damaged; remove the model with 'reverie models rm' and pull it again", exception);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ModelSource))]
internal sealed partial class ModelSourceJson : JsonSerializerContext;
