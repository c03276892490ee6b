using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Tensors;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie style</c>: neural style transfer.</summary>
internal sealed class StyleCommand : ReverieCommand
{
    private readonly Argument<string?> _content = new("content") { Description = "The picture whose content is kept: PNG, JPEG, WebP, GIF or BMP", HelpName = "CONTENT", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string[]> _styles = new("style") { Description = "The picture in whose manner it is painted; several are blended", HelpName = "STYLE", Arity = ArgumentArity.ZeroOrMore };
    private readonly StyleOptions _options;
    private readonly StyleRunOptions _running = new();
    private readonly Option<string?> _raw = new("--raw") { Description = "Also write the result before it is rounded to a picture: float32 [1,3,H,W], red, green, blue from 0 to 1", HelpName = "FILE.npy" };

    private readonly Option<string?> _regionMap = new("--region-map") { Description = "Also write the regions of the content, one colour each", HelpName = "FILE" };

    private readonly Option<string?> _strengths = new("--strengths") { Description = "Paint several strengths, each begun from the one before, and a page with a slider that goes from one to the next; -o names the page", HelpName = "N,N,..." };

    public StyleCommand(SharedOptions shared) : base("style", "Paint a picture in the style of others: neural style transfer", shared)
    {
        Add(_content);
        Add(_styles);
        _options = new(shared);
        AddOptions([shared.Output, .. _options.All, .. _options.Files, shared.Seed, .. _running.All, _strengths, _raw, _regionMap, shared.Memory, .. shared.Computing]);
        Validators.Add(result =>
        {
            if (!_running.Resumes(result) && result.GetValue(_styles) is null or []) result.AddError("name a picture and at least one style: reverie style CONTENT STYLE");
        });
    }

    protected override void Run(CommandContext context)
    {
        if (context.Value(_strengths) is { } strengths)
        {
            RunSeries(context, StrengthSeries.Parse(strengths));
            return;
        }
        var resumed = _running.Resumed(context) is { } paused ? Resume(context, paused) : null;
        var files = resumed?.Files ?? new StyleFiles(context.Value(_content)!, context.Value(_styles)!, _options.InitialPicture(context), context.Value(_options.ContentMask), context.Value(_options.StyleMasks) ?? [], context.Value(_options.Draft));
        var raw = context.Value(_raw) is { } file ? context.Outputs.Claim(file, "--raw") : null;
        var output = context.Outputs.Result(context.Value(Shared.Output) ?? resumed?.Output, files.Content, "style", ".png");
        var settings = resumed?.Settings ?? _options.Read(context);
        var regionMap = context.Value(_regionMap) is { } map ? context.Outputs.Claim(map, "--region-map") : null;
        if (regionMap is not null && settings.Regions == 0 && files.ContentMask is null) throw new ReverieException("--region-map needs regions: say --regions or --content-mask");
        var ledgerSheet = _running.ClaimLedger(context);
        var kept = _running.ClaimCheckpoint(context, output);
        var preview = _running.Preview(context, $"{Path.GetFileName(files.Content)} in the style of {string.Join(" and ", files.Styles.Select(Path.GetFileName))}");
        using var loaded = context.Report.Timed("load", () => files.Load());
        var inputs = loaded.Inputs;
        Picture.EnsureSavable(output, inputs.Content.Height, inputs.Content.Width, inputs.Content.Alpha is not null, context.Force);
        if (regionMap is not null) Picture.EnsureSavable(regionMap, inputs.Content.Height, inputs.Content.Width, false, context.Force);
        var network = resumed?.Network ?? context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var runtime = resumed?.Runtime ?? context.Runtime;
        if (resumed is null) settings = Within(context, _options.Sized(context, settings, inputs.Content), network, inputs);
        if (context.Value(_options.Time) is { } time)
        {
            settings = settings.PlannedFor(time, network, inputs, runtime, context.Cancellation);
            context.Say($"planned for {time.TotalSeconds:0} s: {string.Join(", ", settings.Scales!.Select(scale => $"{scale.Evaluations} evaluations at {scale.LongSide}"))}");
        }
        var recipe = new Recipe
        {
            Reverie = JsonReport.Version,
            Command = "style",
            Settings = StyleSettings.ToJson(settings),
            Model = RecipeModel.Of(network, output),
            Draft = inputs.Draft is { } draft ? RecipeModel.Of(draft, output) : null,
            Inputs = files.ForRecipe(output),
            Runtime = DreamCommand.RuntimeHere(runtime),
        };
        Picture.EnsureHolds(output, new() { [PictureMetadata.Recipe] = recipe.ToJson() });
        var checkpoint = _running.Checkpoint(context, kept, () => new StyleMemo(recipe.ToJson(), FileHash.RelativeTo(kept!, output)).ToJson());
        var ledger = ledgerSheet is null ? null : new StyleLedger();
        var result = StyleTask.Run(context, settings, network, inputs, runtime, preview, checkpoint, ledger);
        if (preview?.Failure is { } failure) context.Say($"the preview could not be kept up to date: {failure}");
        if (result.Cancelled && checkpoint is not null && context.Cancellation.IsCancellationRequested)
        {
            preview?.End(result.Picture, $"paused after {result.Evaluations} evaluations");
            context.Finish();
            throw new CancelledWithResultException($"paused after {result.Evaluations} evaluations; 'reverie style --resume {kept}' goes on");
        }
        if (result.Evaluations == 0) throw new OperationCanceledException(context.Cancellation);
        if (result.Cancelled) settings = settings with { StopAfter = result.Evaluations };
        var metadata = new PictureMetadata { [PictureMetadata.Recipe] = (recipe with { Settings = StyleSettings.ToJson(settings) }).ToJson() };
        output = context.Keep(output, path => result.Picture.Save(path, metadata, context.Force));
        if (raw is not null) context.Keep(raw, path => Npy.Write(path, result.Picture.Rgb, [1, 3, result.Picture.Height, result.Picture.Width], context.Force));
        if (regionMap is not null) context.Keep(regionMap, path => result.RegionMap!.Save(path, overwrite: context.Force));
        if (ledger is not null)
        {
            context.Keep(ledgerSheet!, path => LedgerSheet.Draw(ledger, result.Picture).Save(path, overwrite: context.Force));
            context.Report.Add("ledger", new { gradients = ledger.Samples, parts = ledger.Parts.Select(part => new { part.Name, part.Gain, part.Missed }) });
        }
        preview?.End(result.Picture, $"{(result.Cancelled ? "cancelled" : "done")}: {result.Evaluations} evaluations, {Path.GetFileName(output)}");
        // the picture is there: its beginnings are of no use any more
        if (kept is not null) File.Delete(kept);
        Describe(context, settings, runtime, result, output);
        if (!result.Cancelled) return;
        context.Finish();
        throw new CancelledWithResultException($"cancelled after {result.Evaluations} evaluations; the best picture so far is in {output}");
    }

    private void RunSeries(CommandContext context, IReadOnlyList<double> strengths)
    {
        Option[] others = [.. _running.All, _options.Time, _raw, _regionMap];
        if (others.FirstOrDefault(context.Given) is { } option) throw new ReverieException($"--strengths paints several pictures; leave {option.Name} out");
        if (_options.InitialPicture(context) is not null) throw new ReverieException("--strengths begins each strength from the one before; leave the picture to start from out");
        var files = new StyleFiles(context.Value(_content)!, context.Value(_styles)!, null, context.Value(_options.ContentMask), context.Value(_options.StyleMasks) ?? [], context.Value(_options.Draft));
        var page = context.Outputs.Result(context.Value(Shared.Output), files.Content, "style", ".html");
        var settings = _options.Read(context);
        using var loaded = files.Load();
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        StrengthSeries.Run(context, strengths, files, loaded.Inputs, Within(context, _options.Sized(context, settings, loaded.Inputs.Content), network, loaded.Inputs), network, page);
    }

    // In tiles, where --memory asks for it.
    private static StyleTransfer Within(CommandContext context, StyleTransfer settings, Network network, StyleInputs inputs)
    {
        if (context.Memory is not { } allowed) return settings;
        var memory = StyleMemory.For(settings, network, inputs, allowed.Bytes, context.Runtime);
        context.Report.Add("memory", new { allowedBytes = allowed.Bytes, predictedBytes = memory.PeakBytes, tile = memory.Tile });
        if (memory.Tile is { } tile) context.Say(FormattableString.Invariant($"painting in tiles of {tile} x {tile} pixels: about {memory.PeakBytes / 1e6:0} MB"));
        return settings with { Tile = memory.Tile };
    }

    // What a checkpoint says cannot be said otherwise on the command line.
    private StyleResumption Resume(CommandContext context, string checkpoint)
    {
        if (_options.All.Concat(_options.Files).Concat([Shared.Seed, Shared.Memory, Shared.Threads, Shared.Provider]).FirstOrDefault(context.Given) is { } option)
            throw new ReverieException($"--resume goes on with the settings of the checkpoint; leave {option.Name} out");
        return StyleResumption.Read(context, Shared, checkpoint, context.Value(_content) is { } content ? [content, .. context.Value(_styles) ?? []] : []);
    }

    private static void Describe(CommandContext context, StyleTransfer settings, RuntimeOptions runtime, StyleResult result, string output)
    {
        double Left(Func<StyleTermKind, bool> kind) =>
            result.Terms.Where(term => kind(term.Kind)).Select(term => term.Before > 0 ? term.After / term.Before : 1).DefaultIfEmpty(double.NaN).Average();
        var style = Left(kind => kind is not (StyleTermKind.Content or StyleTermKind.Variation or StyleTermKind.AbsoluteVariation));
        if (!result.Cancelled && double.IsFinite(style))
            context.Say(string.Create(CultureInfo.InvariantCulture,
                $"{result.Picture.Width} x {result.Picture.Height}, {result.Evaluations} evaluations at {result.Scales.Count} sizes; {style:P1} of the distance to the style is left"));
        context.Write(output);
        context.Report.Add("settings", StyleSettings.ToJson(settings));
        context.Report.Add("runtime", DreamCommand.RuntimeHere(runtime));
        context.Report.Add("style", StyleTask.Describe(result, output));
    }
}
