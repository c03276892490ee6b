using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>The settings of a dream as JSON, for recipes.</summary>
public static class DreamSettings
{
    /// <summary>The settings as JSON.</summary>
    public static JsonElement ToJson(DeepDream settings) => JsonSerializer.SerializeToElement(settings, DreamJson.Default.DeepDream);

    /// <summary>Reads settings.</summary>
    /// <exception cref="ReverieException">They are malformed.</exception>
    public static DeepDream FromJson(JsonElement json)
    {
        try
        {
            return json.Deserialize(DreamJson.Default.DeepDream) ?? throw new JsonException("they are null");
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the settings of the dream cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DeepDream))]
internal sealed partial class DreamJson : JsonSerializerContext;
