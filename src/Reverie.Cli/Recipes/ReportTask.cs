using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Dream.Reports;

namespace Reverie.Cli.Recipes;

/// <summary>Tells a dream's report card, on screen and as JSON.</summary>
internal static class ReportTask
{
    /// <summary>Tells it.</summary>
    public static void Tell(CommandContext context, ReportCard card)
    {
        context.Report.Add("card", card);
        var parts = new List<string>();
        if (card.GainAt224 is { } gain) parts.Add(Text($"{gain:0.0} times at 224 pixels"));
        if (card.Specificity is { } specificity) parts.Add(Text($"{specificity:0.0} times more than other channels"));
        if (card.Class is { } seen) parts.Add(Text($"{seen.Label} {seen.Before:P1} -> {seen.After:P1}, place {seen.Rank}"));
        if (card.Transfer is { } transfer) parts.Add(Text($"{transfer.Network} sees {(transfer.Z > 3 ? "it too" : transfer.Z > 1 ? "a little of it" : "no more than noise")} (z {transfer.Z:0.0})"));
        if (parts.Count > 0) context.Say($"  seen: {string.Join(", ", parts)}");
        parts = [Text($"{card.ClippedAfter:P1} clipped (before {card.ClippedBefore:P1})"), Text($"colour shift {card.ColourShift:0.0}")];
        if (card.Ssim is { } similarity) parts.Add(Text($"similarity {similarity:0.00}"));
        if (card is { SpectrumSlopeBefore: { } before, SpectrumSlopeAfter: { } after }) parts.Add(Text($"spectrum 1/f^{before:0.00} -> 1/f^{after:0.00}"));
        if (card.SeamScore is { } seam) parts.Add(Text($"seams {seam:0.000} ± {card.SeamError:0.000}"));
        context.Say($"  picture: {string.Join(", ", parts)}");

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
