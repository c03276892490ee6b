using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reverie.Explain;

namespace Reverie.Cli.Options;

/// <summary>Changes single settings of a method of attribution by their names, as the command line gives them.</summary>
internal static class MethodSettings
{
    /// <summary>The method with a setting changed.</summary>
    /// <param name="method">The method.</param>
    /// <param name="name">The setting in kebab or camel case.</param>
    /// <param name="text">Its value: a number, true or false, a word, a baseline or features as text, or JSON.</param>
    /// <exception cref="ReverieException">The method has no such setting, or the value does not fit it.</exception>
    public static AttributionMethod With(AttributionMethod method, string name, string text)
    {
        var property = Array.Find(method.GetType().GetProperties(), each => each.CanWrite && each.Name.Equals(name.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            ?? throw new ReverieException($"{Onnx.Names.Unknown($"setting of {method.Id}", name, Names(method))}");
        var settings = JsonSerializer.SerializeToNode(AttributionJson.ToJson(method))!.AsObject();
        settings[JsonNamingPolicy.CamelCase.ConvertName(property.Name)] = Value(property.PropertyType, text);
        try
        {
            return AttributionJson.FromJson(JsonSerializer.SerializeToElement(settings));
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"'{text}' does not fit the setting {name} of {method.Id}", exception);
        }
    }

    /// <summary>Whether a method has a setting.</summary>
    public static bool Has(AttributionMethod method, string name) => Names(method).Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of a method's settings, in kebab case.</summary>
    public static IEnumerable<string> Names(AttributionMethod method) =>
        method.GetType().GetProperties().Where(each => each.CanWrite && each.Name != nameof(AttributionMethod.Version)).Select(each => JsonNamingPolicy.KebabCaseLower.ConvertName(each.Name));

    private static JsonNode? Value(Type type, string text)
    {
        if (type == typeof(Baseline)) return JsonSerializer.SerializeToNode(Baseline.Parse(text), JsonSerializerOptions.Web);
        if (type == typeof(Features)) return JsonSerializer.SerializeToNode(Features.Parse(text), JsonSerializerOptions.Web);
        if (bool.TryParse(text, out var truth)) return truth;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return number;
        // words of enums are written in kebab case on the command line
        return (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } choices
            ? Array.Find(Enum.GetNames(choices), each => each.Equals(text.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) ?? text
            : text;
    }
}
