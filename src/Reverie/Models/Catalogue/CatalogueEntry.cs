using System.Text.Json.Serialization;

namespace Reverie.Models.Catalogue;

/// <summary>A published network that Reverie knows how to fetch.</summary>
public sealed record CatalogueEntry
{
    /// <summary>The name under which it is pulled and then loaded.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>Where it can be fetched, the best place first: .onnx files, or weights that <see cref="ModelImport"/> reads.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>The size of the file in bytes, where it is published.</summary>
    public long? Bytes { get; init; }

    /// <summary>The SHA-256 of the file in hexadecimal, where it is published; else the first download is trusted and pinned.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The first digits of the SHA-256, where the publisher states no more than these.</summary>
    public string? Sha256Prefix { get; init; }

    /// <summary>The licence, where the publisher states one; else "unverified".</summary>
    public required string License { get; init; }

    /// <summary>What a user ought to know.</summary>
    public string? Notes { get; init; }

    /// <summary>The card; null where that of the imported weights serves, or where the graph tells enough.</summary>
    public ModelCard? Card { get; init; }

    /// <summary>The last part of the first address: the name that the file has in a folder of downloads.</summary>
    [JsonIgnore]
    public string FileName => Path.GetFileName(new Uri(Urls[0]).AbsolutePath);
}
