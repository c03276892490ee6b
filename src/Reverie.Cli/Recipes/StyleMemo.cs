using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Cli.Recipes;

/// <summary>What the command keeps in a checkpoint beside the run's state.</summary>
/// <param name="Recipe">The recipe of the picture in progress; its paths are relative to the folder of the output.</param>
/// <param name="Output">Where the picture goes, relative to the folder of the checkpoint.</param>
internal sealed record StyleMemo(string Recipe, string Output)
{
    /// <summary>As text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StyleMemoJson.Default.StyleMemo);

    /// <summary>Reads a memo.</summary>
    /// <exception cref="ReverieException">The checkpoint was not written by the command.</exception>
    public static StyleMemo Parse(string json, string checkpoint)
    {
        try
        {
            return JsonSerializer.Deserialize(json, StyleMemoJson.Default.StyleMemo) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the checkpoint '{checkpoint}' says nothing about pictures and output: it was written by another program", exception);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StyleMemo))]
internal sealed partial class StyleMemoJson : JsonSerializerContext;
