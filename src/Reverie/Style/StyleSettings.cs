using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Imaging;

namespace Reverie.Style;

/// <summary>The settings of a style transfer as JSON, for recipes, and what they may be.</summary>
public static class StyleSettings
{
    /// <summary>The smallest long side that is painted at.</summary>
    public const int SmallestSize = 32;

    /// <summary>The settings as JSON.</summary>
    public static JsonElement ToJson(StyleTransfer settings) => JsonSerializer.SerializeToElement(settings, StyleJson.Default.StyleTransfer);

    /// <summary>Reads settings.</summary>
    /// <exception cref="ReverieException">They are malformed.</exception>
    public static StyleTransfer FromJson(JsonElement json)
    {
        try
        {
            return json.Deserialize(StyleJson.Default.StyleTransfer) ?? throw new JsonException("they are null");
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the settings of the style transfer cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <exception cref="ReverieException">A setting is out of range, or does not go with the pictures.</exception>
    internal static void Validate(StyleTransfer settings, StyleInputs inputs)
    {
        if (settings.Version != 1) throw new ReverieException($"these style settings are of version {settings.Version}; this program knows version 1");
        Check(inputs.Styles.Count is >= 1 and <= 16, "there must be between 1 and 16 styles");
        Check(settings.Strength is >= 0 and <= 100, "the strength must be between 0 and 100");
        Check(settings.StyleScale is >= 0.05 and <= 20, "the style scale must be between 0.05 and 20");
        Check(settings.History is >= 1 and <= 1000, "the history must be between 1 and 1000");
        Check(settings.Tolerance is >= 0 and < 1, "the tolerance must be at least 0 and less than 1");
        Check(settings.Size is null or >= SmallestSize and <= Picture.MaxSide, $"the size must be between {SmallestSize} and {Picture.MaxSide} pixels");
        Check(settings.Evaluations is null or >= 1 and <= 1_000_000, "evaluations must be between 1 and 1000000");
        Check(settings.Tile is null or >= SmallestSize and <= Picture.MaxSide, $"tiles must have a side between {SmallestSize} and {Picture.MaxSide} pixels");
        Check(settings.Regions is 0 or >= 2 and <= 12, "regions must be between 2 and 12, or 0 for none");
        Check(settings.Grain is null or (>= 0 and <= 1), "the grain must be between 0 and 1");
        foreach (var (weight, name) in new[] { (settings.ContentWeight, "content weight"), (settings.StyleWeight, "style weight"), (settings.Smoothness, "smoothness") })
            Check(weight is null || (double.IsFinite(weight.Value) && weight >= 0), $"the {name} must be a number of at least 0");
        Check(settings.Form == StyleForm.Reverie || settings.Statistic == StyleStatistic.GramMoments, "a published form has its own statistic");
        Check((settings.Init == StyleInit.File) == (inputs.Initial is not null), settings.Init == StyleInit.File ? "say which picture to start from" : "a picture to start from is given, but the start is another");
        Check(inputs.ContentMask is not null || inputs.StyleMasks is null, "a style has a mask but the content has none");
        Check(inputs.StyleMasks is null || inputs.StyleMasks.Count == inputs.Styles.Count, "there must be a mask for each style, or none");
        Check(inputs.ContentMask is null || settings.Regions == 0, "regions are either given as masks or found, not both");
        foreach (var scale in settings.Scales ?? [])
            Check(scale.LongSide is >= SmallestSize and <= Picture.MaxSide && scale.Evaluations is >= 1 and <= 1_000_000, $"a size of {scale.LongSide} pixels with {scale.Evaluations} evaluations cannot be painted");
        Check(settings.Scales is not [], "there must be at least one size to paint at");

        static void Check(bool holds, string message)
        {
            if (!holds) throw new ReverieException(message);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(StyleTransfer))]
internal sealed partial class StyleJson : JsonSerializerContext;
