using System.CommandLine;
using Reverie.Cli.Commands;
using Reverie.Explain;
using Reverie.Imaging;

namespace Reverie.Cli.Options;

/// <summary>Which measures of trust <c>reverie explain</c> takes.</summary>
internal sealed class TrustOptions
{
    private static readonly Dictionary<string, Func<TrustSettings, TrustSettings>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["infidelity"] = settings => settings with { Infidelity = new() },
        ["sensitivity-n"] = settings => settings with { SensitivityN = new() },
        ["average-drop"] = settings => settings with { AverageDrop = new() },
        ["max-sensitivity"] = settings => settings with { MaxSensitivity = new() },
        ["randomisation"] = settings => settings with { Randomisation = new() },
        ["all"] = settings => TrustSettings.All with { Mask = settings.Mask },
    };

    private readonly Option<string?> _measures = new("--measures")
    {
        Description = "Measures of trust beside the quick ones: infidelity, sensitivity-n, average-drop, max-sensitivity (runs each method ten times), randomisation (on five random networks), or all",
        HelpName = "NAME,NAME,...",
    };

    private readonly Option<string?> _mask = new("--mask") { Description = "The object in white on black, of the photo's size: does each map's strongest place lie on it?", HelpName = "PICTURE" };

    /// <summary>The options.</summary>
    public IEnumerable<Option> All => [_measures, _mask];

    /// <summary>Whether measures are asked for, so that there is a table even of one method.</summary>
    public bool Asked(CommandContext context) => context.Given(_measures) || context.Given(_mask);

    /// <summary>The measures asked for.</summary>
    /// <exception cref="ReverieException">There is no such measure, or the mask cannot be read.</exception>
    public TrustSettings Read(CommandContext context)
    {
        var settings = new TrustSettings();
        if (context.Value(_mask) is { } mask) settings = settings with { Mask = Picture.Load(mask) };
        foreach (var name in context.Value(_measures)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
            settings = Known.TryGetValue(name, out var set) ? set(settings) : throw new ReverieException(Onnx.Names.Unknown("measure", name, Known.Keys));
        return settings;
    }
}
