using System.CommandLine;
using System.Globalization;

namespace Reverie.Cli.Options;

/// <summary>Options that take a number, with a plain message where the text is none or the number is out of range.</summary>
internal static class NumberOption
{
    /// <summary>An integer option that may be left out.</summary>
    public static Option<int?> Int(string name, string description, int min = int.MinValue, int max = int.MaxValue, params string[] aliases) =>
        Create<int?>(name, description, aliases, Range(min, max, int.MinValue, int.MaxValue, "a whole number"),
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value : null);

    /// <summary>A 64-bit integer option that may be left out.</summary>
    public static Option<long?> Long(string name, string description, long min = long.MinValue, long max = long.MaxValue, params string[] aliases) =>
        Create<long?>(name, description, aliases, Range(min, max, long.MinValue, long.MaxValue, "a whole number"),
            text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value : null);

    /// <summary>An option with a finite decimal number (point, not comma) that may be left out.</summary>
    public static Option<double?> Double(string name, string description, double min = double.MinValue, double max = double.MaxValue, params string[] aliases) =>
        Create<double?>(name, description, aliases, Range(min, max, double.MinValue, double.MaxValue, "a number"),
            text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= min && value <= max ? value : null);

    private static Option<T> Create<T>(string name, string description, string[] aliases, string expected, Func<string, T> parse) => new(name, aliases)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (result.Tokens is not [{ Value: var text }]) return parse("");
            var value = parse(text);
            if (value is null) result.AddError($"{name} takes {expected}, not '{text}'");
            return value;
        },
    };

    private static string Range<T>(T min, T max, T lowest, T highest, string kind) where T : IComparable<T>, IFormattable
    {
        var (hasMin, hasMax) = (min.CompareTo(lowest) != 0, max.CompareTo(highest) != 0);
        FormattableString range = (hasMin, hasMax) switch
        {
            (true, true) => $"{kind} from {min} to {max}",
            (true, false) => $"{kind} of at least {min}",
            (false, true) => $"{kind} of at most {max}",
            _ => $"{kind}",
        };
        return range.ToString(CultureInfo.InvariantCulture);
    }
}
