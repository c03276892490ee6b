using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Video;

namespace Reverie.Cli.Commands.Video;

/// <summary><c>reverie video style</c>: a video in the style of pictures, held steady by its motion.</summary>
internal sealed class VideoStyleCommand : ReverieCommand
{
    private readonly Argument<string> _video = new("video") { Description = "The video, or a folder of pictures in the order of the numbers in their names", HelpName = "VIDEO" };
    private readonly Argument<string[]> _styles = new("style") { Description = "The picture in whose manner it is painted; several are blended", HelpName = "STYLE", Arity = ArgumentArity.OneOrMore };
    private readonly StyleOptions _style;
    private readonly VideoOptions _frames = new();
    private readonly Option<int?> _frameEvaluations = NumberOption.Int("--frame-evaluations", "Evaluations of a frame that is no key frame; --evaluations is for key frames", 1, 100_000);
    private readonly Option<double?> _steadiness = NumberOption.Double("--steadiness", "How much it counts that a frame is like the one before, moved along; 0 only begins with it", 0, 1e6);
    private readonly Option<string?> _longTerm = new("--long-term") { Description = "How many frames back it counts too, where the last one was hidden; without it 10,20,40. 'none' looks at the last one only", HelpName = "N,N,...|none" };
    private readonly Option<int?> _passes = NumberOption.Int("--passes", "How often the frames are gone through, forwards and backwards in turn; an odd number. Without it 1", 1, 101);

    public VideoStyleCommand(SharedOptions shared) : base("style", "Paint a video in the style of pictures: each frame begins with the last one, moved along, and is held near it", shared)
    {
        _style = new(shared);
        Add(_video);
        Add(_styles);
        // a frame has the video's size, and begins with what was painted before
        AddOptions([shared.Output, .. _style.All.Where(option => option.Name is not ("--size" or "--scales" or "--time" or "--regions" or "--tile")), _frameEvaluations, _steadiness, _longTerm, _passes, .. _frames.All, shared.Seed, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        if (_style.InitialPicture(context) is { } initial) throw new ReverieException($"--init '{initial}' is a picture; a video's frames begin with content, grey, random or style");
        var settings = _style.Read(context);
        var source = _frames.Probe(context, context.Value(_video)!);
        var files = context.Value(_styles)!;
        var styles = files.Select(Picture.Load).ToList();
        var task = new VideoTask(context, _frames, source, "style", context.Value(Shared.Output));
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var defaults = new VideoStyle();
        task.Run(new VideoStyle
        {
            Style = settings,
            Styles = styles,
            Evaluations = context.Value(_frameEvaluations) ?? defaults.Evaluations,
            Steadiness = context.Value(_steadiness) ?? defaults.Steadiness,
            LongTerm = LongTerm(context.Value(_longTerm)) ?? defaults.LongTerm,
            Passes = context.Value(_passes) ?? defaults.Passes,
            Baseline = _frames.Baseline(context),
        }, network, files, "painting");
    }

    private static List<int>? LongTerm(string? text) => text switch
    {
        null => null,
        "none" => [],
        _ => [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset
            : throw new ReverieException($"--long-term takes numbers of frames separated by commas, such as 10,20,40, or 'none', not '{text}'"))],
    };
}
