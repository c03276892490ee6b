using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Models.Catalogue;

/// <summary>
/// The classics that can be fetched by name; <c>catalogue.json</c> states what is known of each, and from where. A file of the same form, named by the
/// environment variable <see cref="FileVariable"/>, adds entries (a mirror, networks of one's own), or replaces those whose names it has.
/// </summary>
public static class ModelCatalogue
{
    /// <summary>The environment variable that names a file with more entries.</summary>
    public const string FileVariable = "REVERIE_CATALOGUE";

    private static readonly Lazy<CatalogueEntry[]> BuiltIn = new(() =>
    {
        using var stream = Resources.Open("catalogue.json");
        return JsonSerializer.Deserialize(stream, CatalogueJson.Default.CatalogueEntryArray)!;
    });

    /// <summary>All entries: those of the user's file first.</summary>
    /// <exception cref="ReverieException">The user's file cannot be read, or is not a catalogue; one line says where.</exception>
    public static IReadOnlyList<CatalogueEntry> Entries
    {
        get
        {
            if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } file) return BuiltIn.Value;
            var own = Read(file);
            return [.. own, .. BuiltIn.Value.Where(entry => !own.Exists(other => other.Name == entry.Name))];
        }
    }

    /// <summary>The entry of a name, or null.</summary>
    /// <exception cref="ReverieException">The user's file cannot be read, or is not a catalogue; one line says where.</exception>
    public static CatalogueEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);

    private static List<CatalogueEntry> Read(string file)
    {
        using var stream = InputFile.Open(file, "catalogue");
        try
        {
            var entries = JsonSerializer.Deserialize(stream, CatalogueJson.Default.CatalogueEntryArray) ?? [];
            foreach (var entry in entries)
                if (entry.Urls.Count == 0 || !entry.Urls.All(url => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
                    throw new ReverieException($"the catalogue {file} is not valid: '{entry.Name}' needs urls that begin with https:// or http://");
            return [.. entries];
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the catalogue {file} is not valid{(exception.LineNumber is { } line ? $" at {exception.Path}, line {line + 1}" : "")}: it is a list of entries with name, title, urls and license, as in docs/models.md", exception);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CatalogueEntry[]))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
