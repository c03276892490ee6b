using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Models;
using Reverie.Models.Anatomy;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models show</c>: a network's card, whether it holds on a sample, and the network drawn.</summary>
internal sealed class ModelsShowCommand : ReverieCommand
{
    private readonly Argument<string?> _model = ModelsCommand.ModelArgument();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Also draw the network into a file that needs no other: the drawing alone (.svg), or a page with all that is known (.html)", HelpName = "FILE" };
    private readonly Option<bool> _brief = new("--brief") { Description = "What is known of the network alone, without its layers and their times" };

    public ModelsShowCommand(SharedOptions shared) : base("show", "Show what is known of a network, check it on a sample picture, and draw its layers", shared)
    {
        Add(_model);
        AddOptions([_output, _brief, shared.Model, shared.Threads, shared.Provider, shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        var output = context.Value(_output);
        if (output is not null)
        {
            NetworkPage.EnsureKind(output);
            context.Outputs.Claim(output, "--output");
        }
        using var network = Network.Load(context.Value(_model) ?? context.Value(Shared.Model) ?? ModelRegistry.EmbeddedName);
        var check = CardCheck.Run(network, context.Runtime, context.Cancellation);
        var batch = BatchCheck.IsFree(network, context.Runtime, context.Cancellation);
        var facts = Facts(network, check, batch).ToList();
        foreach (var (name, text) in facts) context.Write($"{name,-8} {text}");
        context.Report.Add("card", network.Card);
        context.Report.Add("sha256", network.Sha256);
        context.Report.Add("batchFree", batch);
        context.Report.Add("sizeFree", network.SizeReason is null);
        context.Report.Add("check", check);
        if (output is null && context.Value(_brief)) return;
        var anatomy = NetworkAnatomy.Of(network, context.Runtime, context.Cancellation);
        context.Report.Add("anatomy", Report(anatomy));
        if (!context.Value(_brief))
        {
            context.Write("");
            foreach (var line in NetworkText.Lines(anatomy)) context.Write(line);
        }
        if (output is not null) context.Write(context.Keep(output, path => NetworkPage.Write(path, network, anatomy, facts, check, context.Force)));
    }

    private static IEnumerable<(string Name, string Text)> Facts(Network network, CardCheck? check, bool batch)
    {
        var (card, graph) = (network.Card, network.Graph);
        var parameters = graph.Constants.Values.Where(constant => constant.Rank > 0).Sum(constant => constant.Count);
        yield return ("name", card.Version is null ? card.Name : $"{card.Name} {card.Version}");
        yield return ("file", network.File ?? "embedded");
        yield return ("sha256", network.Sha256);
        yield return ("source", card.Source ?? "unknown");
        yield return ("licence", card.License ?? "unknown");
        if (card.Notes is not null) yield return ("notes", card.Notes);
        yield return ("graph", string.Create(CultureInfo.InvariantCulture, $"{graph.Nodes.Count} operators, {parameters / 1e6:0.0} million parameters, written for opset {network.OriginalOpset}"));
        yield return ("input", $"{network.Input} {network.DeclaredInput.Type}");
        yield return ("feed", Feed(card.Input) + (card.Inferred ? "  (inferred, not stated: write a card to be sure)" : ""));
        yield return ("sizes", network.SizeReason is null ? "any height and width" : $"fixed: {network.SizeReason}");
        yield return ("batch", batch ? "free" : $"one picture at a time: {network.BatchReason ?? "two pictures run together do not give what each gives alone"}");
        yield return ("logits", card.Output.Logits ?? "none: it classifies nothing");
        yield return ("classes", network.Labels is { } labels ? $"{labels.Count} ({labels.Origin})" : "without names");
        if (card.Layers.Dream.Count > 0) yield return ("dream", string.Join(", ", card.Layers.Dream));
        if (card.Layers.Style.Count > 0) yield return ("style", string.Join(", ", card.Layers.Style));
        if (card.Layers.Content.Count > 0) yield return ("content", string.Join(", ", card.Layers.Content));
        foreach (var note in network.Notes) yield return ("note", note);
        yield return ("check", Verdict(check));
    }

    private static object Report(NetworkAnatomy anatomy) => new
    {
        anatomy.Height,
        anatomy.Width,
        anatomy.Threads,
        totalMilliseconds = anatomy.Total?.TotalMilliseconds,
        betweenLayersMilliseconds = anatomy.BetweenLayers?.TotalMilliseconds,
        layers = anatomy.Layers.Select(layer => new
        {
            name = layer.Tensor,
            layer.Operators,
            kind = layer.Kind.ToString(),
            reads = layer.Reads.Select(read => anatomy.Layers[read].Tensor),
            layer.Shape,
            receptiveField = layer.Field is { } field ? new[] { field.Y.Size, field.X.Size } : null,
            layer.Parameters,
            layer.Multiplications,
            milliseconds = layer.Time?.TotalMilliseconds,
            goodFor = layer.Uses,
        }),
    };

    internal static string Feed(InputCard input) =>
        $"{input.Layout} {input.Channels}, range {Numbers(input.Range)}, mean {Numbers(input.Mean)}, std {Numbers(input.Std)}"
        + (input.Size is [var height, var width] ? $", size {height} x {width}" : "");

    private static string Numbers(IReadOnlyList<float> values) => $"[{string.Join(", ", values.Select(value => value.ToString("0.####", CultureInfo.InvariantCulture)))}]";

    internal static string Verdict(CardCheck? check)
    {
        if (check is null) return "not possible: the classes are not those of ImageNet";
        var seen = string.Join(", ", check.Predictions.Take(3).Select(prediction => string.Create(CultureInfo.InvariantCulture, $"{prediction.Label} {prediction.Probability:P1}")));
        var verdict = check.Recognised ? $"the sample, a cat, is recognised ({seen})" : $"the sample, a cat, is NOT recognised ({seen})";
        return check.Better.Count == 0 ? verdict
            : $"{verdict}; the card is probably wrong, since it is recognised with {string.Join(", or with ", check.Better.Take(4))}";
    }
}
