using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Dream;
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
    private readonly Option<string[]> _layers = new("--layer", "-l")
    {
        Description = "What to excite: a tensor, or some of its channels; several layers are added up, with weights if wanted (0.5*conv3:12,40). Without it: what the network's card recommends",
        HelpName = "[WEIGHT*]TENSOR[:CHANNEL,...]",
    };
    private readonly Option<string?> _balance = new("--balance") { Description = "How several layers are weighed: norm (equal weights pull alike) or none (the plain sum)", HelpName = "norm|none" };
    private readonly Option<int?> _octaves = NumberOption.Int("--octaves", "Sizes to dream at; more give larger shapes", 1, 64);
    private readonly Option<double?> _octaveScale = NumberOption.Double("--octave-scale", "The ratio of one size to the next", 1.01, 10);
    private readonly Option<int?> _steps = NumberOption.Int("--steps", "Steps at each size", 1, 100_000);
    private readonly Option<double?> _stepSize = NumberOption.Double("--step-size", "How far a step changes the average pixel, of 255", -255, 255);
    private readonly Option<int?> _jitter = NumberOption.Int("--jitter", "Before each step the picture is shifted at random by up to this many pixels", 0, 4096);
    private readonly Option<string?> _size = new("--size", "-s") { Description = "The longer side of the result in pixels, or 'full' for the picture's own. Without it: its own, but at most 1024", HelpName = "PIXELS|full" };
    private readonly Option<string?> _raw = new("--raw") { Description = "Also write the result before it is rounded to a picture: float32 [1,3,H,W], red, green, blue from 0 to 1", HelpName = "FILE.npy" };

    public DreamCommand(SharedOptions shared) : base("dream", "Let a network dream on a picture: DeepDream", shared)
    {
        Add(_image);
        AddOptions([shared.Output, _layers, _balance, _octaves, _octaveScale, _steps, _stepSize, _jitter, _size, shared.Seed, _raw, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        var image = context.Value(_image)!;
        var size = ReadSize(context.Value(_size));
        var output = OutputPath.Resolve(context.Value(Shared.Output), image, "dream", ".png", context.Force);
        var raw = context.Value(_raw);
        if (raw is not null) AtomicFile.EnsureWritable(raw, context.Force);
        var photo = context.Report.Timed("load", () => Picture.Load(image));
        Picture.EnsureSavable(output, photo.Height, photo.Width, photo.Alpha is not null, context.Force);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var settings = ReadSettings(context, network, photo, size);

        var result = DreamTask.Run(context, settings, network, photo, context.Runtime);
        if (result.Cancelled)
        {
            if (result.Steps == 0) throw new OperationCanceledException(context.Cancellation);
            settings = settings with { StopAfter = result.Steps };
        }
        var recipe = MakeRecipe(context, settings, network, image, output);
        result.Picture.Save(output, new PictureMetadata { [PictureMetadata.Recipe] = recipe.ToJson() }, context.Force);
        if (raw is not null) Npy.Write(raw, result.Picture.Rgb, [1, 3, result.Picture.Height, result.Picture.Width], context.Force);
        Describe(context, settings, result, output);
        if (!result.Cancelled) return;
        context.Finish();
        throw new CancelledWithResultException($"cancelled after {result.Steps} of {result.StepsPlanned} steps; what was dreamt so far is in {output}");
    }

    private static int? ReadSize(string? text)
    {
        if (text is null) return DefaultLongSide;
        if (text == "full") return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 32 and <= Picture.MaxSide
            ? size
            : throw new ReverieException($"--size takes a number of pixels from 32 to {Picture.MaxSide}, or 'full', not '{text}'");
    }

    private DeepDream ReadSettings(CommandContext context, Network network, Picture photo, int? size)
    {
        var defaults = new DeepDream();
        var longSide = Math.Max(photo.Height, photo.Width);
        if (!context.Given(_size))
        {
            if (longSide > size) context.Say($"the picture is {photo.Width} x {photo.Height}; dreaming at {size} on the longer side (--size full keeps its own)");
            size = longSide > size ? size : null;
        }
        var layers = context.Value(_layers) ?? [];
        var objective = layers.Length == 0 ? defaults.ObjectiveFor(network) : new Objective { Terms = [.. layers.Select(layer => Term(layer, network))] };
        return defaults with
        {
            Objective = objective with
            {
                Balance = context.Value(_balance) switch
                {
                    null or "norm" => LayerBalance.UnitNorm,
                    "none" => LayerBalance.None,
                    var other => throw new ReverieException($"--balance is norm or none, not '{other}'"),
                },
            },
            Octaves = context.Value(_octaves) ?? defaults.Octaves,
            OctaveScale = context.Value(_octaveScale) ?? defaults.OctaveScale,
            Steps = context.Value(_steps) ?? defaults.Steps,
            StepSize = context.Value(_stepSize) ?? defaults.StepSize,
            Jitter = context.Value(_jitter) ?? defaults.Jitter,
            Size = size == longSide ? null : size,
            Seed = (ulong)(context.Value(Shared.Seed) ?? 0),
        };
    }

    // WEIGHT*LAYER; a tensor's own name wins, since it may hold an asterisk
    private static ObjectiveTerm Term(string text, Network network)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star > 0 && !network.IsLayer(text) && double.TryParse(text[..star], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && double.IsFinite(weight))
        {
            var weighed = LayerReference.Parse(text[(star + 1)..], network);
            return new() { Layer = weighed.Tensor, Channels = weighed.Channels, Weight = weight };
        }
        var layer = LayerReference.Parse(text, network);
        return new() { Layer = layer.Tensor, Channels = layer.Channels };
    }

    private static Recipe MakeRecipe(CommandContext context, DeepDream settings, Network network, string image, string output) => new()
    {
        Reverie = JsonReport.Version,
        Command = "dream",
        Settings = DreamSettings.ToJson(settings),
        Model = new(network.Sha256, network.File is { } file ? FileHash.RelativeTo(output, file) : null, network.Name),
        Inputs = [new(FileHash.Of(image), FileHash.RelativeTo(output, image))],
        Runtime = RuntimeHere(context.Runtime),
    };

    /// <summary>Where this process computes.</summary>
    internal static RecipeRuntime RuntimeHere(RuntimeOptions options) =>
        new(options.Provider, options.ThreadCount, Machine.OnnxRuntimeVersion, RuntimeInformation.RuntimeIdentifier, Machine.ProcessorFeatures);

    private static void Describe(CommandContext context, DeepDream settings, DreamResult result, string output)
    {
        if (result.DeadSteps > 0)
            context.Say($"{result.DeadSteps} of {result.Steps} steps changed nothing: the gradient was zero everywhere; another layer or channel may be awake on this picture");
        var shape = $"{result.Picture.Width} x {result.Picture.Height}";
        if (!result.Cancelled)
            context.Say(string.Create(CultureInfo.InvariantCulture, $"{settings.Objective} is {result.Gain:0.0} times as active ({shape}, {result.Octaves.Count} octaves of {settings.Steps} steps)"));
        context.Write(output);
        context.Report.Add("settings", DreamSettings.ToJson(settings));
        context.Report.Add("runtime", RuntimeHere(context.Runtime));
        context.Report.Add("dream", new
        {
            output,
            width = result.Picture.Width,
            height = result.Picture.Height,
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
