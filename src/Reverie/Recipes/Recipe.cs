using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Recipes;

/// <summary>
/// All that is needed to make a result again, byte for byte on the same machine. Every picture that Reverie writes carries one. It holds no time of day,
/// no duration and no absolute path.
/// </summary>
public sealed record Recipe
{
    /// <summary>The version of this format.</summary>
    [JsonRequired]
    public int Version { get; init; } = 1;

    /// <summary>The version of Reverie.</summary>
    public required string Reverie { get; init; }

    /// <summary>The command: <c>dream</c>.</summary>
    public required string Command { get; init; }

    /// <summary>The method's own settings record as JSON, with everything resolved that was left to a default.</summary>
    public required JsonElement Settings { get; init; }

    /// <summary>The network.</summary>
    public required RecipeModel Model { get; init; }

    /// <summary>The network that painted the small sizes of a style transfer; null where there was none. Its file is among <see cref="Inputs"/> too.</summary>
    public RecipeModel? Draft { get; init; }

    /// <summary>The files that the result was made from.</summary>
    [JsonRequired]
    public IReadOnlyList<RecipeFile> Inputs { get; init; } = [];

    /// <summary>Where it was computed.</summary>
    public required RecipeRuntime Runtime { get; init; }

    /// <summary>Reads a recipe.</summary>
    /// <param name="json">The text.</param>
    /// <param name="origin">Where it comes from, for the message.</param>
    /// <exception cref="ReverieException">The text is not a recipe, or one of another version.</exception>
    public static Recipe Parse(string json, string origin)
    {
        try
        {
            var recipe = JsonSerializer.Deserialize(json, RecipeJson.Default.Recipe) ?? throw new JsonException();
            using (var text = JsonDocument.Parse(json, new() { MaxDepth = 32 })) RefuseNulls(text.RootElement);
            recipe.Model.Input?.Validate();
            recipe.Draft?.Input?.Validate();
            return recipe.Version == 1 ? recipe : throw new ReverieException($"the recipe in {origin} is of version {recipe.Version}; this program knows version 1");
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the recipe in {origin} cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    // Nothing that a recipe lists may be missing; the serialiser would put nulls into lists that are declared without.
    private static void RefuseNulls(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
            foreach (var property in element.EnumerateObject()) RefuseNulls(property.Value);
        else if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray())
                if (item.ValueKind == JsonValueKind.Null) throw new JsonException("A list holds null.");
                else RefuseNulls(item);
    }

    /// <summary>The recipe as JSON on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RecipeJson.Default.Recipe);
}

/// <summary>A file named in a recipe.</summary>
/// <param name="Sha256">The SHA-256 of its content, in hexadecimal.</param>
/// <param name="File">The path relative to the folder of the result (of weights: of the model).</param>
/// <param name="Name">What the file is for; null where there is nothing to tell.</param>
public sealed record RecipeFile(string Sha256, string? File = null, string? Name = null);

/// <summary>Where a result was computed: bytes are promised to be equal only where all of this is.</summary>
/// <param name="Provider">The execution provider.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="OnnxRuntime">The version of ONNX Runtime.</param>
/// <param name="Platform">Operating system and architecture, such as <c>linux-x64</c>.</param>
/// <param name="Processor">The vector instructions that the processor has.</param>
public sealed record RecipeRuntime(string Provider, int Threads, string OnnxRuntime, string Platform, IReadOnlyList<string> Processor)
{
    /// <summary>What differs between two places, in words; empty where nothing does.</summary>
    public string DifferenceFrom(RecipeRuntime other)
    {
        var differences = new List<string>();
        if (OnnxRuntime != other.OnnxRuntime) differences.Add($"ONNX Runtime {OnnxRuntime} instead of {other.OnnxRuntime}");
        if (Platform != other.Platform) differences.Add($"{Platform} instead of {other.Platform}");
        if (!Processor.SequenceEqual(other.Processor)) differences.Add("another processor");
        return string.Join(", ", differences);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, MaxDepth = 32)]
[JsonSerializable(typeof(Recipe))]
internal sealed partial class RecipeJson : JsonSerializerContext;
