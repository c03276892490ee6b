using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Models;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models show</c>: a network's card, and whether it holds on a sample.</summary>
internal sealed class ModelsShowCommand : ReverieCommand
{
    private readonly Argument<string?> _model = ModelsCommand.ModelArgument();

    public ModelsShowCommand(SharedOptions shared) : base("show", "Show what is known of a network, and check it on a sample picture", shared)
    {
        Add(_model);
        AddOptions([shared.Model, shared.Threads, shared.Provider, shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        using var network = Network.Load(context.Value(_model) ?? context.Value(Shared.Model) ?? ModelRegistry.EmbeddedName);
        var (card, graph) = (network.Card, network.Graph);
        var check = CardCheck.Run(network, context.Runtime, context.Cancellation);
        var batch = BatchCheck.IsFree(network, context.Runtime, context.Cancellation);
        var parameters = graph.Constants.Values.Where(constant => constant.Rank > 0).Sum(constant => constant.Count);

        Line("name", card.Version is null ? card.Name : $"{card.Name} {card.Version}");
        Line("file", network.File ?? "embedded");
        Line("sha256", network.Sha256);
        Line("source", card.Source ?? "unknown");
        Line("licence", card.License ?? "unknown");
        if (card.Notes is not null) Line("notes", card.Notes);
        Line("graph", string.Create(CultureInfo.InvariantCulture, $"{graph.Nodes.Count} operators, {parameters / 1e6:0.0} million parameters, written for opset {network.OriginalOpset}"));
        Line("input", $"{network.Input} {network.DeclaredInput.Type}");
        Line("feed", Feed(card.Input) + (card.Inferred ? "  (inferred, not stated: write a card to be sure)" : ""));
        Line("sizes", network.SizeReason is null ? "any height and width" : $"fixed: {network.SizeReason}");
        Line("batch", batch ? "free" : $"one picture at a time: {network.BatchReason ?? "two pictures run together do not give what each gives alone"}");
        Line("logits", card.Output.Logits ?? "none: it classifies nothing");
        Line("classes", network.Labels is { } labels ? $"{labels.Count} ({labels.Origin})" : "without names");
        if (card.Layers.Dream.Count > 0) Line("dream", string.Join(", ", card.Layers.Dream));
        if (card.Layers.Style.Count > 0) Line("style", string.Join(", ", card.Layers.Style));
        if (card.Layers.Content.Count > 0) Line("content", string.Join(", ", card.Layers.Content));
        foreach (var note in network.Notes) Line("note", note);
        Line("check", Verdict(check));
        context.Report.Add("card", card);
        context.Report.Add("sha256", network.Sha256);
        context.Report.Add("batchFree", batch);
        context.Report.Add("sizeFree", network.SizeReason is null);
        context.Report.Add("check", check);

        void Line(string name, string text) => context.Write($"{name,-8} {text}");
    }

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
