using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Cli.Reports;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>
/// One painting at several strengths, each begun from the one before, and a page on which a slider goes from one to the next. Every strength is a picture with a recipe of its own that names
/// the one before as its start, so each replays by itself.
/// </summary>
internal static class StrengthSeries
{
    private const int Fewest = 2, Most = 12;

    /// <summary>Reads strengths such as <c>20,50,80</c>.</summary>
    /// <exception cref="ReverieException">They are no numbers from 0 to 100, too few or too many, or two are equal.</exception>
    public static IReadOnlyList<double> Parse(string text)
    {
        var strengths = new List<double>();
        foreach (var part in text.Split(','))
            strengths.Add(double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var strength) && strength is >= 0 and <= 100
                ? strength : throw new ReverieException($"--strengths takes numbers from 0 to 100, such as 20,50,80, not '{text}'"));
        if (strengths.Count is < Fewest or > Most || strengths.Distinct().Count() < strengths.Count) throw new ReverieException($"--strengths takes {Fewest} to {Most} different strengths, such as 20,50,80");
        return [.. strengths.Order()];
    }

    /// <summary>Paints them and writes the page.</summary>
    /// <param name="context">The command.</param>
    /// <param name="strengths">The strengths, rising.</param>
    /// <param name="files">The pictures.</param>
    /// <param name="inputs">The same, loaded.</param>
    /// <param name="settings">The settings but for the strength.</param>
    /// <param name="network">The network.</param>
    /// <param name="page">The page, claimed.</param>
    public static void Run(CommandContext context, IReadOnlyList<double> strengths, StyleFiles files, StyleInputs inputs, StyleTransfer settings, Network network, string page)
    {
        if (settings.Form != StyleForm.Reverie) throw new ReverieException("--strengths goes with Reverie's own form; the peers' forms have --style-weight");
        var outputs = strengths.Select(strength => context.Outputs.Claim(Anchor(page, strength), "--strengths")).ToList();
        var anchors = new List<(double Strength, Picture Picture)>();
        var report = new List<object>();
        foreach (var (index, strength) in strengths.Index())
        {
            settings = settings with { Strength = strength };
            context.Say(FormattableString.Invariant($"strength {strength:0.##} ({index + 1} of {strengths.Count})"));
            var result = StyleTask.Run(context, settings, network, inputs, context.Runtime);
            if (result.Cancelled) break;
            var recipe = new Recipe
            {
                Reverie = JsonReport.Version,
                Command = "style",
                Settings = StyleSettings.ToJson(settings),
                Model = RecipeModel.Of(network, outputs[index]),
                Inputs = files.ForRecipe(outputs[index]),
                Runtime = DreamCommand.RuntimeHere(context.Runtime),
            };
            var saved = context.Keep(outputs[index], path => result.Picture.Save(path, new() { [PictureMetadata.Recipe] = recipe.ToJson() }, context.Force));
            context.Write(saved);
            anchors.Add((strength, result.Picture));
            report.Add(StyleTask.Describe(result, saved));
            // the next one begins where this one is, at its size only; from the file, so that its recipe says all
            var last = result.Scales[^1];
            settings = settings with { Init = StyleInit.File, Scales = [new(Math.Max(last.Height, last.Width), Math.Max(1, last.Planned / 2))] };
            files = files with { Initial = saved };
            inputs = inputs with { Initial = Picture.Load(saved) };
        }
        if (anchors.Count >= Fewest) context.Write(context.Keep(page, path => StrengthPage.Write(path, anchors, $"{Path.GetFileName(files.Content)} in the style of {string.Join(" and ", files.Styles.Select(Path.GetFileName))}", context.Force)));
        context.Report.Add("settings", StyleSettings.ToJson(settings));
        context.Report.Add("strengths", report);
        if (anchors.Count == strengths.Count) return;
        context.Finish();
        throw new CancelledWithResultException($"cancelled; {anchors.Count} of {strengths.Count} strengths are painted");
    }

    private static string Anchor(string page, double strength) =>
        Path.Combine(Path.GetDirectoryName(page) ?? "", FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(page)}-{strength:0.##}.png"));
}
