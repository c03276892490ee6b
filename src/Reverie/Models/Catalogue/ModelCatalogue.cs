using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Models.Catalogue;

/// <summary>The classics that can be fetched by name; <c>catalogue.json</c> states what is known of each, and from where.</summary>
public static class ModelCatalogue
{
    /// <summary>All entries, by name.</summary>
    public static IReadOnlyList<CatalogueEntry> Entries { get; } = Read();

    /// <summary>The entry of a name, or null.</summary>
    public static CatalogueEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);

    private static CatalogueEntry[] Read()
    {
        using var stream = Resources.Open("catalogue.json");
        return JsonSerializer.Deserialize(stream, CatalogueJson.Default.CatalogueEntryArray)!;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogueEntry[]))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
