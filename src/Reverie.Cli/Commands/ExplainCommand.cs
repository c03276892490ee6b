using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Tensors;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie explain</c>: which pixels made the network say so?</summary>
internal sealed class ExplainCommand : ReverieCommand
{
    /// <summary>What --compare runs where it names none.</summary>
    private static readonly string[] Compared = ["gradient", "input-x-gradient", "integrated-gradients", "guided-backprop", "deeplift", "lrp", "grad-cam", "occlusion", "kernel-shap", "rise"];

    private readonly Argument<string?> _image = new("image") { Description = "The picture to explain: PNG, JPEG, WebP, GIF or BMP", HelpName = "IMAGE", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _method = new("--method") { Description = "The method; --list names all. Without it: integrated-gradients", HelpName = "ID" };
    private readonly Option<string?> _compare = new("--compare") { Description = "Run several methods, and print what can be trusted: without names a good selection", HelpName = "ID,ID,...", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _list = new("--list") { Description = "List the methods and their settings" };
    private readonly Option<string?> _target = new("--target") { Description = "The class: its index or its name. Without it: the likeliest", HelpName = "CLASS" };
    private readonly Option<string?> _against = new("--against") { Description = "Explain the class rather than this one", HelpName = "CLASS" };
    private readonly Option<TargetKind?> _of = ChoiceOption.Create("--of", "What of the class: its logit, its probability, or its logit against the mean of all others", ("logit", TargetKind.Logit), ("probability", TargetKind.Probability), ("margin", TargetKind.Margin));
    private readonly Option<string?> _neuron = new("--neuron") { Description = "Instead of a class: a channel of a tensor, or an element of it", HelpName = "TENSOR:CHANNEL[,Y,X]" };
    private readonly Option<string?> _baseline = new("--baseline") { Description = "What the picture is compared with: black, white, mean, blur, blur:SIGMA, noise, a picture or a folder", HelpName = "BASELINE" };
    private readonly Option<int?> _steps = NumberOption.Int("--steps", "Steps of methods that go along a path; without it, as many as are needed", 1, 1_000_000);
    private readonly Option<string?> _features = new("--features") { Description = "The parts that are changed together: slic, slic:SEGMENTS, grid, grid:SIZE, pixels, or a picture whose colours are the parts", HelpName = "FEATURES" };
    private readonly Option<string?> _layer = new("--layer") { Description = "The layer, for methods about one; 'list' lists those with rows and columns, and their shapes. Without it: the last", HelpName = "TENSOR|list" };
    private readonly Option<string[]> _set = new("--set") { Description = "Any other setting of the method; again for each further one", HelpName = "NAME=VALUE" };
    private readonly Option<InputFit?> _fit = ChoiceOption.Create("--fit", "How the picture is brought to the network's size", ("crop", InputFit.Crop), ("pad", InputFit.Pad), ("stretch", InputFit.Stretch));
    private readonly Option<MapView?> _view = ChoiceOption.Create("--view", "How the map is shown", ("overlay", MapView.Overlay), ("map", MapView.Map), ("masked", MapView.Masked), ("contour", MapView.Contour), ("channels", MapView.Channels));
    private readonly Option<ColourScaleKind?> _colours = ChoiceOption.Create("--colours", "The colours of the map", ("red-blue", ColourScaleKind.RedBlue), ("inferno", ColourScaleKind.Inferno), ("viridis", ColourScaleKind.Viridis));
    private readonly Option<string?> _scaling = new("--scaling") { Description = "What number has the strongest colour: none, max, a percentile such as 99.5%, or the number itself, so that maps compare", HelpName = "SCALING" };
    private readonly Option<double?> _smoothing = NumberOption.Double("--smoothing", "Blur of the drawn map in pixels of the network's input", 0, 1000);
    private readonly TrustOptions _trust = new();
    private readonly Option<string?> _report = new("--report") { Description = "Also write a page that needs no other file: every map with a slider to the photo, legends, and how far each can be trusted", HelpName = "FILE.html" };
    private readonly Option<string?> _raw = new("--raw") { Description = "Also write the map, unrendered: float32 [1,C,H,W] at the size of the network's input", HelpName = "FILE.npy" };

    public ExplainCommand(SharedOptions shared) : base("explain", "Show which pixels made a network decide", shared)
    {
        Add(_image);
        AddOptions([shared.Output, _method, _compare, .. _trust.All, _report, _list, _target, _against, _of, _neuron, _baseline, _steps, _features, _layer, _set, _fit, _view, _colours, _scaling, _smoothing, shared.Seed, _raw, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        if (context.Value(_list))
        {
            List(context);
            return;
        }
        var image = context.Value(_image) ?? throw new ReverieException("name the picture to explain");
        if (context.Given(_method) && context.Given(_compare)) throw new ReverieException("--method and --compare exclude each other; give one");
        if (context.Value(_layer) == "list")
        {
            ListLayers(context, image);
            return;
        }
        var settings = Settings(context);
        var output = context.Outputs.Result(context.Value(Shared.Output), image, "explain", ".png");
        var raw = context.Value(_raw);
        if (raw is not null && settings.Methods.Count > 1) throw new ReverieException("--raw writes the map of one method; choose it with --method");
        if (raw is not null) context.Outputs.Claim(raw, "--raw");
        var page = context.Value(_report) is { } report ? context.Outputs.Claim(report, "--report") : null;
        var measures = context.Given(_compare) || _trust.Asked(context) ? _trust.Read(context) : null;
        if (settings.Methods.Count > 1 && settings.HeatMap.View == MapView.Channels) throw new ReverieException("--view channels shows one method; choose it with --method");
        var photo = context.Report.Timed("load", () => Picture.Load(image));
        Picture.EnsureSavable(output, photo.Height, photo.Width, false, context.Force);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var result = ExplainTask.Run(context, settings, network, photo, context.Runtime, measures);
        var recipe = new Recipe
        {
            Reverie = JsonReport.Version,
            Command = "explain",
            Settings = AttributionJson.ToJson(settings),
            Model = RecipeModel.Of(network, output),
            Inputs = [new(FileHash.Of(image), FileHash.RelativeTo(output, image))],
            Runtime = DreamCommand.RuntimeHere(context.Runtime),
        };
        result.Picture.Save(output, new PictureMetadata { [PictureMetadata.Recipe] = recipe.ToJson() }, context.Force);
        if (raw is not null)
        {
            var map = result.Attributions[0].Map;
            Npy.Write(raw, Array.ConvertAll(map.Values, value => (float)value), map.Shape, context.Force);
        }
        if (page is not null) ExplainPage.Write(page, settings, result, photo, network.Name, context.Force);
        Describe(context, settings, result, output);
        if (page is not null) context.Write(page);
    }

    private Explanation Settings(CommandContext context)
    {
        string[] ids = context.Given(_compare) ? context.Value(_compare)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [.. Compared.Where(id => AttributionMethods.All.Any(each => each.Id == id))] : [context.Value(_method) ?? "integrated-gradients"];
        var heat = new HeatMap();
        if (context.Value(_view) is { } view) heat = heat with { View = view };
        if (context.Value(_colours) is { } colours) heat = heat with { Colours = colours };
        if (context.Value(_scaling) is { } scaling) heat = heat with { Scaling = MapScaling.Parse(scaling) };
        if (context.Value(_smoothing) is { } smoothing) heat = heat with { Smoothing = smoothing };
        return new()
        {
            Methods = [.. ids.Select(AttributionMethods.Find).Select(method => Changed(context, method, ids.Length == 1))],
            Target = ReadTarget(context),
            Fit = context.Value(_fit) ?? InputFit.Crop,
            HeatMap = heat,
        };
    }

    // Where several methods are compared, a setting changes those that have it.
    private AttributionMethod Changed(CommandContext context, AttributionMethod method, bool strict)
    {
        Change("baseline", context.Value(_baseline));
        Change("steps", context.Value(_steps)?.ToString(CultureInfo.InvariantCulture));
        Change("features", context.Value(_features));
        Change("layer", context.Value(_layer));
        if (context.Value(Shared.Seed) is { } seed && MethodSettings.Has(method, "seed")) method = MethodSettings.With(method, "seed", seed.ToString(CultureInfo.InvariantCulture));
        foreach (var setting in context.Value(_set) ?? [])
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new ReverieException($"--set takes NAME=VALUE, not '{setting}'");
            Change(setting[..equals], setting[(equals + 1)..]);
        }
        return method;

        void Change(string name, string? value)
        {
            if (value is not null && (strict || MethodSettings.Has(method, name))) method = MethodSettings.With(method, name, value);
        }
    }

    private Target ReadTarget(CommandContext context)
    {
        var (label, against, of) = (context.Value(_target), context.Value(_against), context.Value(_of));
        if (context.Value(_neuron) is { } neuron)
        {
            if (label is not null || against is not null || of is not null) throw new ReverieException("--neuron stands in place of a class; leave --target, --against and --of out");
            var colon = neuron.LastIndexOf(':');
            var numbers = colon < 1 ? [] : neuron[(colon + 1)..].Split(',').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
            if (numbers.Length == 0 || numbers.Contains(-1)) throw new ReverieException($"--neuron takes TENSOR:CHANNEL or TENSOR:CHANNEL,Y,X, not '{neuron}'");
            return numbers.Length == 1 ? Target.Channel(neuron[..colon], (int)numbers[0]) : Target.Neuron(neuron[..colon], numbers);
        }
        if (against is null) return new() { Kind = of ?? TargetKind.Logit, Class = label };
        if (of is not null) throw new ReverieException("--against explains a difference of logits; leave --of out");
        return new() { Kind = TargetKind.Difference, Class = label, Against = against };
    }

    private static void Describe(CommandContext context, Explanation settings, ExplanationResult result, string output)
    {
        var first = result.Attributions[0];
        context.Say(string.Create(CultureInfo.InvariantCulture, $"{first.Label}: {(settings.Target.Kind == TargetKind.Probability ? "probability" : "score")} {first.Score:0.###}{(first.Probability is { } probability ? $", probability {probability:P1}" : "")}"));
        if (settings.Target.Kind == TargetKind.Probability && first.Score > 0.99) context.Say("the probability is so near 1 that attributions of it nearly vanish; --of logit or --of margin shows more");
        foreach (var attribution in result.Attributions)
        {
            if (attribution.BaselineScore is { } score && result.Attributions.Count == 1)
                context.Say(string.Create(CultureInfo.InvariantCulture, $"against {attribution.Baseline}: score {score:0.###}{(attribution.BaselineLabel is { } label ? $", where the network sees {label}" : "")}"));
            if (attribution.Gap is { } gap && result.Attributions.Count == 1)
                context.Say(string.Create(CultureInfo.InvariantCulture, $"the sum of the attributions misses what it should be by {gap:P2}: {Completeness.Words(gap)}{(Completeness.Advice(attribution) is { } advice ? $"; {advice}" : "")}"));
            if (attribution.BiasShare is { } share && result.Attributions.Count == 1) context.Say(string.Create(CultureInfo.InvariantCulture, $"the network's biases took {share:P1} of the score"));
            foreach (var note in attribution.Notes) context.Say($"{attribution.Method.Id}: {note}");
        }
        if (result.Measures.Count > 0)
        {
            foreach (var line in TrustTable.Lines(result)) context.Write(line);
            context.Say(TrustTable.Legend(result));
        }
        context.Write(output);
        context.Report.Add("settings", AttributionJson.ToJson(settings));
        context.Report.Add("predictions", result.Predictions);
        context.Report.Add("methods", result.Attributions.Select((each, index) => new
        {
            id = each.Method.Id,
            label = each.Label,
            @class = each.Class,
            score = each.Score,
            baselineScore = each.BaselineScore,
            completenessError = each.Gap,
            biasShare = each.BiasShare,
            steps = each.Raw.Steps,
            seconds = result.Seconds[index],
            trust = result.Measures.Count > 0 ? result.Measures[index] : null,
            notes = each.Notes,
        }));
        context.Report.Add("output", output);
    }

    private void ListLayers(CommandContext context, string image)
    {
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        using var subject = new PictureSubject(network, Picture.Load(image), ReadTarget(context), context.Value(_fit) ?? InputFit.Crop, options: context.Runtime, cancellation: context.Cancellation);
        var layers = LayerChoice.Candidates(subject.Context(new Gradient(), cancellation: context.Cancellation)).ToList();
        var table = new TextTable("LAYER", "SHAPE");
        foreach (var (layer, shape) in layers) table.Add(layer, string.Join("x", shape));
        foreach (var line in table.Lines()) context.Write(line);
        context.Report.Add("layers", layers.Select(each => new { layer = each.Layer, shape = each.Shape }));
    }

    private static void List(CommandContext context)
    {
        var table = new TextTable("METHOD", "NAME", "SETTINGS");
        foreach (var method in AttributionMethods.All) table.Add(method.Id, method.Title, string.Join(", ", MethodSettings.Names(method)));
        foreach (var line in table.Lines()) context.Write(line);
        context.Report.Add("methods", AttributionMethods.All.Select(AttributionJson.ToJson));
    }
}
