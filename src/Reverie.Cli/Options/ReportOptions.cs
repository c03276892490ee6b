using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Dream.Reports;
using Reverie.Models;

namespace Reverie.Cli.Options;

/// <summary>The options about how strong a dream is to be, and what is told of it.</summary>
internal sealed class ReportOptions
{
    private readonly Option<string?> _gain = new("--gain") { Description = "Choose the step size so that what is excited becomes so many times as strong: subtle (2.5), classic (4.5), wild (8), or a number; where larger steps would only make noise, more are taken", HelpName = "N|NAME" };
    private readonly Option<string?> _judge = new("--judge") { Description = "Another network, asked whether it sees the dream too. Without it: the embedded one, where another dreams", HelpName = "NAME|FILE" };
    private readonly Option<bool> _noReport = new("--no-report") { Description = "Measure nothing of the result but the gain" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_gain, _judge, _noReport];

    /// <summary>The search for the wanted gain; null where none is wanted.</summary>
    /// <exception cref="ReverieException">It is no gain.</exception>
    public GainSearch? Gain(CommandContext context)
    {
        if (context.Value(_gain) is not { } text) return null;
        foreach (var (name, gain) in GainSearch.Named)
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase)) return new(gain);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 1 and <= 1e6
            ? new(number) : throw new ReverieException($"--gain takes subtle, classic, wild or a number of more than 1, not '{text}'");
    }

    /// <summary>Whether the result is to be measured: someone will read it.</summary>
    public bool Wanted(CommandContext context) => !context.Value(_noReport) && (!context.Quiet || context.ReportsJson);

    /// <summary>The network that judges, to be disposed if it is not the embedded one; null for none.</summary>
    /// <exception cref="ReverieException">There is no such network.</exception>
    public Network? Judge(CommandContext context, Network network) =>
        context.Value(_judge) is { } name ? Network.Load(name) : network == Network.Embedded ? null : Network.Embedded;
}
