using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Dream;
using Reverie.Dream.Presets;
using Reverie.Dream.Reports;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;
using Reverie.Tensors;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie dream</c>: DeepDream.</summary>
internal sealed class DreamCommand : ReverieCommand
{
    /// <summary>A photo with a longer side is dreamt at this one, unless --size says otherwise.</summary>
    private const int DefaultLongSide = 1024;

    private readonly Argument<string> _image = new("image") { Description = "The picture to dream on: PNG, JPEG, WebP, GIF or BMP", HelpName = "IMAGE" };
    private readonly Option<string?> _preset = new("--preset", "-p") { Description = "A way to dream that was tried and found good (see 'reverie presets'); other options change it", HelpName = "NAME" };
    private readonly ObjectiveOptions _objective = new();
    private readonly DreamOptions _dream = new();
    private readonly StoryboardOptions _storyboard = new();
    private readonly ReportOptions _reports = new();
    private readonly Option<string?> _size = new("--size", "-s") { Description = "The longer side of the result in pixels, or 'full' for the picture's own. Without it: its own, but at most 1024", HelpName = "PIXELS|full" };
    private readonly Option<string?> _raw = new("--raw") { Description = "Also write the result before it is rounded to a picture: float32 [1,3,H,W], red, green, blue from 0 to 1", HelpName = "FILE.npy" };

    private readonly Option<string?> _trace = new("--trace") { Description = "Also write the picture after every step into this folder", HelpName = "FOLDER" };

    public DreamCommand(SharedOptions shared) : base("dream", "Let a network dream on a picture: DeepDream", shared)
    {
        Add(_image);
        AddOptions([shared.Output, _preset, .. _objective.All, .. _dream.All, .. _reports.All, .. _storyboard.All, _size, shared.Seed, _raw, _trace, shared.Memory, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        var image = context.Value(_image)!;
        var size = ReadSize(context.Value(_size));
        if (_storyboard.Asked(context))
        {
            RunStoryboard(context, image, size);
            return;
        }
        var gain = _reports.Gain(context);
        if (gain is not null && context.Given(_trace)) throw new ReverieException("--gain dreams several times to find the step size; take the one that it finds, and --trace with that");
        var raw = context.Value(_raw) is { } file ? context.Outputs.Claim(file, "--raw") : null;
        var output = context.Outputs.Result(context.Value(Shared.Output), image, "dream", ".png");
        var photo = context.Report.Timed("load", () => LoadedPhoto.Load(image));
        photo.EnsureSavable(output, context.Force);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var (settings, guides) = ReadSettings(context, network, photo, size);
        var (height, width) = photo.Size(settings.Size);
        var memory = DreamBudget.Choose(context, context.Memory?.Bytes, settings, network, height, width);
        if (memory?.Tile is { } tile) settings = settings with { Tile = tile };
        if (memory?.IsStreamed == true)
        {
            StreamedPicture.EnsureSavable(output, context.Force);
            if (gain is not null) throw new ReverieException("--gain needs the whole picture in memory, but it is too large for that; give a --step-size instead, or allow more --memory");
            if (raw is not null || context.Given(_trace)) throw new ReverieException("--raw and --trace need the whole picture in memory, but it is too large for that; leave them out, or allow more --memory");
        }
        var recipe = MakeRecipe(context, "dream", DreamSettings.ToJson(settings), network, [image, .. guides], output);
        Picture.EnsureHolds(output, new() { [PictureMetadata.Recipe] = recipe.ToJson() });
        var trace = context.Value(_trace) is { } folder ? DreamTrace.Into(folder, context.Force) : null;

        using var streamed = memory?.IsStreamed == true ? photo.MoveToScratch(settings.Size) : null;
        DreamOutcome result;
        if (streamed is not null) result = DreamTask.RunStreamed(context, settings, network, streamed, context.Runtime);
        else if (gain is null) result = DreamTask.Run(context, settings, network, photo.Value, context.Runtime, trace);
        else
        {
            (settings, result) = gain.Run(settings, network, photo.Value, dream => DreamTask.Run(context, dream, network, photo.Value, context.Runtime, trace), context.Runtime, context.Cancellation);
            context.Say(string.Create(CultureInfo.InvariantCulture, $"{settings.Steps} steps of {settings.StepSize:0.###}{(gain.Misses((DreamResult)result) ? ": the nearest to the gain that was asked for" : "")}"));
        }
        if (result.Cancelled)
        {
            if (result.Steps == 0) throw new OperationCanceledException(context.Cancellation);
            settings = settings with { StopAfter = result.Steps };
        }
        var metadata = new PictureMetadata { [PictureMetadata.Recipe] = (recipe with { Settings = DreamSettings.ToJson(settings) }).ToJson() };
        using var scratch = (result as StreamedDreamResult)?.Picture;
        if (scratch is not null) output = context.Keep(output, path => scratch.Save(path, metadata, context.Force));
        else if (result is DreamResult { Picture: var picture })
        {
            output = context.Keep(output, path => picture.Save(path, metadata, context.Force));
            if (raw is not null) context.Keep(raw, path => Npy.Write(path, picture.Rgb, [1, 3, picture.Height, picture.Width], context.Force));
        }
        Describe(context, settings, network, result, output);
        if (!result.Cancelled)
        {
            if (_reports.Wanted(context)) Measure(context, settings, network, result, photo, streamed);
            return;
        }
        context.Finish();
        throw new CancelledWithResultException($"cancelled after {result.Steps} of {result.StepsPlanned} steps; what was dreamt so far is in {output}");
    }

    private void Measure(CommandContext context, DeepDream settings, Network network, DreamOutcome result, LoadedPhoto photo, StreamedPicture? streamed)
    {
        var judge = _reports.Judge(context, network);
        using var _ = judge == Network.Embedded ? null : judge;
        ReportTask.Tell(context, context.Report.Timed("report", () => result is DreamResult inMemory
            ? DreamReport.Of(network, settings, inMemory, photo.Value, judge, context.Runtime, context.Cancellation)
            : DreamReport.Of(network, settings, (StreamedDreamResult)result, streamed!, judge, context.Runtime, context.Cancellation)));
    }

    // Frames instead of a picture.
    private void RunStoryboard(CommandContext context, string image, int? size)
    {
        if (context.Given(_raw) || context.Given(_trace)) throw new ReverieException("--raw and --trace are for one picture; the frames' folder holds what they would");
        if (_reports.All.FirstOrDefault(context.Given) is { } stray) throw new ReverieException($"{stray.Name} is for one picture; a storyboard says how strong its frames are");
        if (context.Given(_dream.Rounds) || context.Given(_objective.Then)) throw new ReverieException("the frames of a storyboard are its rounds; leave --rounds and --then out, and put keyframes into a --storyboard instead");
        var photo = context.Report.Timed("load", () => LoadedPhoto.Load(image));
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var (settings, guides) = ReadSettings(context, network, photo, size);
        var (storyboard, pictures) = _storyboard.Read(context, network, photo.Value, settings with { Rounds = null, Then = null }, guides);
        var (height, width) = photo.Size(storyboard.Dream.Size);
        if (DreamBudget.Choose(context, context.Memory?.Bytes, storyboard.Dream, network, height, width) is { } memory)
        {
            if (memory.IsStreamed) throw new ReverieException("frames need their whole picture in memory, but it is too large for that; give a smaller --size, or allow more --memory");
            storyboard = storyboard with { Dream = storyboard.Dream with { Tile = memory.Tile } };
        }
        storyboard = storyboard with { Dream = storyboard.Dream with { Pictures = [.. pictures.Select(Picture.Load)] } };
        StoryboardTask.Run(context, storyboard, network, photo.Value, image, context.Value(Shared.Output),
            output => MakeRecipe(context, "storyboard", storyboard.ToJson(), network, [image, .. pictures], output));
    }

    private static int? ReadSize(string? text)
    {
        if (text is null) return DefaultLongSide;
        if (text == "full") return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 32 and <= Picture.MaxSide
            ? size
            : throw new ReverieException($"--size takes a number of pixels from 32 to {Picture.MaxSide}, or 'full', not '{text}'");
    }

    private (DeepDream Settings, IReadOnlyList<string> Guides) ReadSettings(CommandContext context, Network network, LoadedPhoto loaded, int? size)
    {
        var photo = loaded.Value;
        var longSide = Math.Max(photo.Height, photo.Width);
        if (!context.Given(_size))
        {
            if (longSide > size) context.Say($"the picture is {photo.Width} x {photo.Height}; dreaming at {size} on the longer side (--size full keeps its own)");
            size = longSide > size ? size : null;
        }
        var preset = context.Value(_preset) is { } name ? DreamPresets.Find(network, name).For(network) : new DeepDream();
        var (chosen, guides) = _objective.Read(context, network, preset, Scaled, photo, isRequired: !_storyboard.Asked(context));
        return (_dream.Read(context, chosen) with
        {
            Pictures = [.. guides.Select(Picture.Load)],
            Size = size == longSide ? null : size,
            Seed = (ulong)(context.Value(Shared.Seed) ?? 0),
        }, guides);

        // as the dream will see it
        Picture Scaled()
        {
            if (size is null || size == longSide) return photo;
            var (height, width) = Fit.LongSide(photo.Height, photo.Width, size.Value);
            return photo.Resize(height, width);
        }
    }

    /// <summary>The recipe of a result at a path.</summary>
    internal static Recipe MakeRecipe(CommandContext context, string command, JsonElement settings, Network network, IReadOnlyList<string> pictures, string output) => new()
    {
        Reverie = JsonReport.Version,
        Command = command,
        Settings = settings,
        Model = RecipeModel.Of(network, output),
        Inputs = [.. pictures.Select(picture => new RecipeFile(FileHash.Of(picture), FileHash.RelativeTo(output, picture)))],
        Runtime = RuntimeHere(context.Runtime),
    };

    /// <summary>Where this process computes.</summary>
    internal static RecipeRuntime RuntimeHere(RuntimeOptions options) =>
        new(options.Provider, options.ThreadCount, Machine.OnnxRuntimeVersion, RuntimeInformation.RuntimeIdentifier, Machine.ProcessorFeatures);

    private static string Rounds(DeepDream settings) => (settings.Rounds ?? 1 + (settings.Then?.Count ?? 0)) is > 1 and var rounds ? $"{rounds} rounds of " : "";

    private static void Describe(CommandContext context, DeepDream settings, Network network, DreamOutcome result, string output)
    {
        if (result.DeadSteps > 0)
            context.Say($"{result.DeadSteps} of {result.Steps} steps changed nothing: the gradient was zero everywhere; another layer or channel may be awake on this picture");
        var full = result.Octaves[^1];
        var shape = $"{full.Width} x {full.Height}";
        if (!result.Cancelled)
            context.Say(string.Create(CultureInfo.InvariantCulture, $"{settings.RoundsFor(network)[^1]} is {result.Gain:0.0} times as active ({shape}, {Rounds(settings)}{result.Octaves.Count} octaves of {settings.Steps} steps)"));
        context.Write(output);
        context.Report.Add("settings", DreamSettings.ToJson(settings));
        context.Report.Add("runtime", RuntimeHere(context.Runtime));
        context.Report.Add("dream", new
        {
            output,
            width = full.Width,
            height = full.Height,
            octaves = result.Octaves.Select(octave => new { octave.Width, octave.Height }),
            steps = result.Steps,
            stepsPlanned = result.StepsPlanned,
            deadSteps = result.DeadSteps,
            cancelled = result.Cancelled,
            valueBefore = result.ValueBefore,
            valueAfter = result.Cancelled ? (double?)null : result.ValueAfter,
            gain = result.Cancelled || !double.IsFinite(result.Gain) ? (double?)null : result.Gain,
            values = result.Values,
        });
    }
}
