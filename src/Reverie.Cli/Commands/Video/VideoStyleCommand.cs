using System.CommandLine;
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

    public VideoStyleCommand(SharedOptions shared) : base("style", "Paint a video in the style of pictures: each frame begins with the last one, moved along, and is held near it", shared)
    {
        _style = new(shared);
        Add(_video);
        Add(_styles);
        // a frame has the video's size, and begins with what was painted before
        AddOptions([shared.Output, .. _style.All.Where(option => option.Name is not ("--size" or "--scales" or "--time" or "--regions" or "--tile")), _frameEvaluations, _steadiness, .. _frames.All, shared.Seed, .. shared.Computing]);
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
            Baseline = _frames.Baseline(context),
        }, network, files, "painting");
    }
}
