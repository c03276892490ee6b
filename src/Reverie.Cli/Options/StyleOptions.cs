using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Imaging;
using Reverie.Style;

namespace Reverie.Cli.Options;

/// <summary>The options of style transfer, which <c>style</c> and <c>grid</c> share.</summary>
internal sealed class StyleOptions(SharedOptions shared)
{
    /// <summary>A picture with a longer side is painted at this one, unless --size says otherwise.</summary>
    private const int DefaultLongSide = 512;

    private readonly Option<string?> _preset = Choice("--preset", "A set of settings to begin with; other options change it", Presets.Keys);
    private readonly Option<double?> _strength = NumberOption.Double("--style-strength", "How much of the style: 0 nearly the photo, 50 balanced, 100 nearly the style's texture alone", 0, 100, "--strength");
    private readonly Option<string?> _form = Choice("--form", "Whose objective: Reverie's, or a peer's exactly", Forms.Keys);
    private readonly Option<string?> _statistic = Choice("--style-loss", "What of the style is carried over", Statistics.Keys);
    private readonly Option<string[]> _contentLayers = Layers("--content-layers", "Layers whose activations are kept, with weights if wanted (0.5*relu4_2)");
    private readonly Option<string[]> _styleLayers = Layers("--style-layers", "Layers whose statistics are carried over, with weights if wanted (2*relu3_1)");
    private readonly Option<double?> _contentWeight = NumberOption.Double("--content-weight", "The weight of content; without it the form's own", 0);
    private readonly Option<double?> _styleWeight = NumberOption.Double("--style-weight", "The weight of style; without it the form's own", 0);
    private readonly Option<double?> _smoothness = NumberOption.Double("--smoothness", "The weight of total variation; without it the form's own", 0, double.MaxValue, "--tv-weight");
    private readonly Option<double?> _grain = NumberOption.Double("--grain", "How fast the finest patterns come compared with coarse ones: 1 is plain, less keeps confetti away", 0, 1);
    private readonly Option<string?> _blend = new("--blend") { Description = "The styles' shares, such as 2,1; without it equal ones", HelpName = "N,N" };
    private readonly Option<string?> _blendMode = Choice("--blend-mode", "How styles are blended: their targets averaged, or their losses added", BlendModes.Keys);
    private readonly Option<double?> _styleScale = NumberOption.Double("--style-scale", "The style picture's size over the content's: smaller gives finer strokes", 0.05, 20);
    private readonly Option<string?> _init = new("--init") { Description = "The first picture: content, grey, random, style (noise in its colours), or a file", HelpName = "content|grey|random|style|FILE" };
    private readonly Option<string?> _optimizer = Choice("--optimizer", "How the picture is changed", Optimizers.Keys);
    private readonly Option<int?> _history = NumberOption.Int("--history", "Pairs that L-BFGS remembers", 1, 1000);
    private readonly Option<string?> _size = new("--size", "-s") { Description = "The longer side of the result in pixels, or 'full' for the picture's own. Without it: its own, but at most 512", HelpName = "PIXELS|full" };
    private readonly Option<int?> _evaluations = NumberOption.Int("--evaluations", "Evaluations at the last size; smaller sizes get theirs in proportion", 1, 1_000_000);
    private readonly Option<string?> _scales = new("--scales") { Description = "The sizes and the evaluations at each, such as 128:200,256:100,512:60", HelpName = "SIZE:N,..." };
    private readonly Option<double?> _tolerance = NumberOption.Double("--tolerance", "A size ends where ten steps gain less than this share; 0 never does", 0, 0.99);
    private readonly Option<string?> _colour = Choice("--colour", "Whose colours: the style's, or the content's by matching the style before (match), or by luminance after (luminance, oklab)", Colours.Keys, "--color");
    private readonly Option<string?> _pooling = Choice("--pooling", "Pools instead of the network's own", Poolings.Keys);
    private readonly Option<string?> _padding = Choice("--padding", "Borders of convolutions instead of the network's own", Paddings.Keys);
    private readonly Option<int?> _regions = NumberOption.Int("--regions", "Find this many regions in both pictures, and paint each like the most similar one of the style", 0, 12);

    private readonly Option<int?> _tile = NumberOption.Int("--tile", "Compute tile by tile, with tiles of this many pixels a side: the same gradient in less memory (--memory chooses)", StyleSettings.SmallestSize, 100_000);

    /// <summary>The time that the run may take.</summary>
    public Option<TimeSpan?> Time { get; } = new("--time")
    {
        Description = "Plan sizes and evaluations so that the run takes this long, such as 60s or 5m",
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (Duration(result.Tokens is [{ Value: var text }] ? text : "") is { } time) return time;
            result.AddError($"--time takes seconds or minutes, such as 60s or 5m, not '{string.Join(' ', result.Tokens.Select(token => token.Value))}'");
            return null;
        },
    };

    /// <summary>The content's regions.</summary>
    public Option<string?> ContentMask { get; } = new("--content-mask") { Description = "The content's regions, as a picture in flat colours", HelpName = "IMAGE" };

    /// <summary>The styles' regions.</summary>
    public Option<string[]> StyleMasks { get; } = new("--style-mask") { Description = "A style's regions in the same colours, one for each style. Without it the colours, from dark to light, take one style each", HelpName = "IMAGE" };

    /// <summary>The network for the small sizes.</summary>
    public Option<string?> Draft { get; } = new("--draft") { Description = "A small network that paints all sizes but the last, before --model finishes", HelpName = "NAME|FILE" };

    /// <summary>The options that are no files.</summary>
    public IEnumerable<Option> All =>
    [
        _preset, _strength, _form, _statistic, _contentLayers, _styleLayers, _contentWeight, _styleWeight, _smoothness, _grain, _blend, _blendMode, _styleScale, _init, _optimizer, _history,
        _size, _evaluations, _scales, _tolerance, Time, _colour, _pooling, _padding, _regions, _tile,
    ];

    /// <summary>The options that name files.</summary>
    public IEnumerable<Option> Files => [ContentMask, StyleMasks, Draft];

    /// <summary>The picture that <c>--init</c> names, or null.</summary>
    public string? InitialPicture(CommandContext context) => context.Value(_init) is { } init && !Inits.ContainsKey(init) ? init : null;

    /// <summary>The settings that the options say, but for the size.</summary>
    /// <exception cref="ReverieException">An option contradicts another, or is malformed.</exception>
    public StyleTransfer Read(CommandContext context)
    {
        var preset = context.Value(_preset) is { } name ? Presets[name] : new StyleTransfer();
        var form = context.Value(_form) is { } text ? Forms[text] : preset.Form;
        return preset with
        {
            Form = form,
            Statistic = context.Value(_statistic) is { } statistic ? Statistics[statistic] : preset.Statistic,
            Strength = context.Value(_strength) ?? preset.Strength,
            ContentLayers = Weighed(context.Value(_contentLayers)) ?? preset.ContentLayers,
            StyleLayers = Weighed(context.Value(_styleLayers)) ?? preset.StyleLayers,
            ContentWeight = context.Value(_contentWeight) ?? preset.ContentWeight,
            StyleWeight = context.Value(_styleWeight) ?? preset.StyleWeight,
            Smoothness = context.Value(_smoothness) ?? preset.Smoothness,
            Grain = context.Value(_grain) ?? preset.Grain,
            Blend = context.Value(_blend) is { } blend ? [.. blend.Split(',').Select(part => Number(part, "--blend"))] : preset.Blend,
            BlendMode = context.Value(_blendMode) is { } mode ? BlendModes[mode] : preset.BlendMode,
            StyleScale = context.Value(_styleScale) ?? preset.StyleScale,
            Init = context.Value(_init) is { } init ? Inits.GetValueOrDefault(init, StyleInit.File) : preset.Init,
            Optimizer = context.Value(_optimizer) is { } optimizer ? Optimizers[optimizer] : preset.Optimizer,
            History = context.Value(_history) ?? preset.History,
            Evaluations = context.Value(_evaluations) ?? preset.Evaluations,
            Scales = context.Value(_scales) is { } scales ? [.. scales.Split(',').Select(Scale)] : preset.Scales,
            Tolerance = context.Value(_tolerance) ?? preset.Tolerance,
            Colour = context.Value(_colour) is { } colour ? Colours[colour] : preset.Colour,
            Pooling = context.Value(_pooling) is { } pooling ? Poolings[pooling] : preset.Pooling,
            Padding = context.Value(_padding) is { } padding ? Paddings[padding] : preset.Padding,
            Regions = context.Value(_regions) ?? preset.Regions,
            Tile = context.Value(_tile) ?? preset.Tile,
            Seed = (ulong)(context.Value(shared.Seed) ?? 0),
        };
    }

    /// <summary>The settings with the size that the options and the picture say.</summary>
    public StyleTransfer Sized(CommandContext context, StyleTransfer settings, Picture content)
    {
        var longSide = Math.Max(content.Height, content.Width);
        if (settings.Scales is not null)
            return context.Given(_size) || context.Given(_evaluations) ? throw new ReverieException("--scales says sizes and evaluations itself; leave --size and --evaluations out") : settings;
        var text = context.Value(_size);
        if (text is null && longSide > DefaultLongSide)
            context.Say($"the picture is {content.Width} x {content.Height}; painting at {DefaultLongSide} on the longer side (--size full keeps its own)");
        int? size = text is null ? Math.Min(longSide, DefaultLongSide)
            : text == "full" ? longSide
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= StyleSettings.SmallestSize and <= Picture.MaxSide ? side
            : throw new ReverieException($"--size takes a number of pixels from {StyleSettings.SmallestSize} to {Picture.MaxSide}, or 'full', not '{text}'");
        return settings with { Size = size };
    }

    private static StyleScale Scale(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var side) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var evaluations)
            ? new(side, evaluations)
            : throw new ReverieException($"--scales takes sizes and evaluations, such as 128:200,256:100,512:60, not '{text}'");
    }

    private static IReadOnlyList<StyleLayer>? Weighed(string[]? texts) => texts is null or [] ? null : [.. texts.SelectMany(text => text.Split(',')).Select(text =>
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        return star > 0 ? new StyleLayer(text[(star + 1)..], Number(text[..star], "a layer's weight")) : new StyleLayer(text);
    })];

    private static double Number(string text, string what) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
        ? value
        : throw new ReverieException($"{what} takes numbers, not '{text}'");

    private static TimeSpan? Duration(string text)
    {
        var (digits, unit) = text switch { [.. var head, 's'] => (head, 1.0), [.. var head, 'm'] => (head, 60.0), _ => (text, 1.0) };
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount * unit is >= 1 and <= 1e6 ? TimeSpan.FromSeconds(amount * unit) : null;
    }

    private static Option<string[]> Layers(string name, string description) => new(name) { Description = description, HelpName = "[WEIGHT*]TENSOR,..." };

    private static Option<string?> Choice(string name, string description, IEnumerable<string> values, params string[] aliases)
    {
        var option = new Option<string?>(name, aliases) { Description = description, HelpName = string.Join('|', values) };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !values.Contains(text)) result.AddError($"{name} is {string.Join(", ", values.SkipLast(1))} or {values.Last()}, not '{text}'");
        });
        return option;
    }

    private static Dictionary<string, StyleForm> Forms { get; } = new()
    {
        ["reverie"] = StyleForm.Reverie,
        ["gatys"] = StyleForm.Gatys,
        ["neural-style"] = StyleForm.NeuralStyle,
        ["lg"] = StyleForm.Lg,
        ["spst"] = StyleForm.Spst,
    };

    private static Dictionary<string, StyleStatistic> Statistics { get; } = new()
    {
        ["gram"] = StyleStatistic.Gram,
        ["moments"] = StyleStatistic.Moments,
        ["gram-moments"] = StyleStatistic.GramMoments,
        ["wasserstein"] = StyleStatistic.Wasserstein,
        ["nearest"] = StyleStatistic.Nearest,
    };

    private static Dictionary<string, StyleBlend> BlendModes { get; } = new() { ["targets"] = StyleBlend.Targets, ["losses"] = StyleBlend.Losses };

    private static Dictionary<string, StyleInit> Inits { get; } = new()
    {
        ["content"] = StyleInit.Content,
        ["grey"] = StyleInit.Grey,
        ["gray"] = StyleInit.Grey,
        ["random"] = StyleInit.Random,
        ["style"] = StyleInit.Style,
    };

    private static Dictionary<string, StyleOptimizer> Optimizers { get; } = new() { ["lbfgs"] = StyleOptimizer.Lbfgs, ["adam"] = StyleOptimizer.Adam };

    private static Dictionary<string, StyleColour> Colours { get; } = new()
    {
        ["style"] = StyleColour.Style,
        ["match"] = StyleColour.Match,
        ["luminance"] = StyleColour.Luminance,
        ["oklab"] = StyleColour.Oklab,
    };

    private static Dictionary<string, StylePooling> Poolings { get; } = new() { ["own"] = StylePooling.Own, ["max"] = StylePooling.Max, ["average"] = StylePooling.Average, ["avg"] = StylePooling.Average };

    private static Dictionary<string, StylePadding> Paddings { get; } = new()
    {
        ["own"] = StylePadding.Own,
        ["zero"] = StylePadding.Zero,
        ["reflect"] = StylePadding.Reflect,
        ["replicate"] = StylePadding.Replicate,
    };

    private static Dictionary<string, StyleTransfer> Presets { get; } = new()
    {
        ["balanced"] = new(),
        ["gentle"] = new() { Strength = 35 },
        ["bold"] = new() { Strength = 68 },
        ["texture"] = new() { Strength = 100, ContentWeight = 0.001, Init = StyleInit.Style },
        ["lecture"] = StyleTransfer.Lecture,
    };
}
