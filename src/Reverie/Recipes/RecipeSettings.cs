using System.Text.Json;

namespace Reverie.Recipes;

/// <summary>Reads the settings of recipes strictly: what a recipe leaves out must not silently become a default.</summary>
public static class RecipeSettings
{
    /// <summary>Refuses settings that lack what a recipe of this version states.</summary>
    /// <param name="given">The settings as the recipe has them.</param>
    /// <param name="complete">The same settings read, and written again.</param>
    /// <exception cref="ReverieException">Something is missing; the message names the first of it.</exception>
    public static void EnsureComplete(JsonElement given, JsonElement complete)
    {
        // What is read and written again holds a value for everything that was left out.
        if (Missing(given, complete, "") is { } missing) throw new ReverieException($"the recipe's settings lack '{missing}'; the recipe is damaged, or was written by hand");
    }

    private static string? Missing(JsonElement given, JsonElement complete, string path)
    {
        switch (complete.ValueKind)
        {
            case JsonValueKind.Object when given.ValueKind == JsonValueKind.Object:
                foreach (var property in complete.EnumerateObject())
                {
                    var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    if (!given.TryGetProperty(property.Name, out var value)) return name;
                    if (Missing(value, property.Value, name) is { } inside) return inside;
                }
                return null;
            case JsonValueKind.Array when given.ValueKind == JsonValueKind.Array:
                return given.EnumerateArray().Zip(complete.EnumerateArray()).Select((pair, index) => Missing(pair.First, pair.Second, $"{path}[{index}]")).FirstOrDefault(found => found is not null);
            default:
                return null;
        }
    }
}
