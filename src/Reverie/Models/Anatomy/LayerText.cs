using System.Globalization;

namespace Reverie.Models.Anatomy;

/// <summary>A layer's numbers in few characters, for drawings.</summary>
public static class LayerText
{
    /// <summary>The shape for one picture, without the batch: <c>64 x 112 x 112</c>.</summary>
    public static string Shape(NetworkLayer layer) => layer.Shape is { } shape ? string.Join(" x ", shape.Skip(1)) : "?";

    /// <summary>The receptive field: <c>7 x 7</c>; <c>all</c> where a position depends on the whole picture.</summary>
    public static string Field(NetworkLayer layer) => layer switch
    {
        { Kind: LayerKind.Input } => "",
        { Field: { } field } => $"{field.Y.Size} x {field.X.Size}",
        _ => "all",
    };

    /// <summary>A count: <c>9.4 k</c>; empty for nothing.</summary>
    public static string Count(long? value) => value switch
    {
        null => "?",
        0 => "",
        < 1000 => value.Value.ToString(CultureInfo.InvariantCulture),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.0} k"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.0} M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.0} G"),
    };

    /// <summary>Milliseconds; empty where there are none.</summary>
    public static string Time(TimeSpan? time) => time is { } value ? value.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture) : "";
}
