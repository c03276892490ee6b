using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Dream;
using Reverie.Dream.Presets;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Video;

namespace Reverie.Cli.Commands.Video;

/// <summary><c>reverie video dream</c>: DeepDream on a video, guided by its motion.</summary>
internal sealed class VideoDreamCommand : ReverieCommand
{
    private readonly Argument<string> _video = new("video") { Description = "The video, or a folder of pictures in the order of the numbers in their names", HelpName = "VIDEO" };
    private readonly Option<string?> _preset = new("--preset", "-p") { Description = "A way to dream that was tried and found good (see 'reverie presets'); other options change it", HelpName = "NAME" };
    private readonly ObjectiveOptions _objective = new();
    private readonly DreamOptions _dream = new();
    private readonly VideoOptions _frames = new();
    private readonly Option<int?> _frameSteps = NumberOption.Int("--frame-steps", "Steps at each size of a frame that is no key frame; --steps is for key frames", 1, 10_000);
    private readonly Option<double?> _feedback = NumberOption.Double("--feedback", "How much of the dream's detail is carried from frame to frame", 0, 1);
    private readonly Option<string?> _storyboard = new("--storyboard") { Description = "A file with keyframes: what is dreamt of, how strongly, over the frames of the video (docs/storyboards.md)", HelpName = "FILE" };

    public VideoDreamCommand(SharedOptions shared) : base("dream", "DeepDream on a video: the detail is carried along with the motion", shared)
    {
        Add(_video);
        AddOptions([shared.Output, _preset, .. _objective.All, .. _dream.All.Where(option => option != _dream.Rounds), _frameSteps, _feedback, _storyboard, .. _frames.All, shared.Seed, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        var input = context.Value(_video)!;
        var source = _frames.Probe(context, input);
        var task = new VideoTask(context, _frames, source, "dream", context.Value(Shared.Output));
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var selection = task.Job.Selection;
        var preset = context.Value(_preset) is { } name ? DreamPresets.Find(network, name).For(network) : new DeepDream();
        var blank = new Picture(source.Height, source.Width);
        var (chosen, pictures) = _objective.Read(context, network, preset with { Rounds = null, Then = null }, () => task.Job.FirstFrame(context.Cancellation), blank, isRequired: !context.Given(_storyboard));
        if (context.Given(_objective.Then)) throw new ReverieException("the frames of a video are its rounds; leave --then out, and put keyframes into a --storyboard instead");
        var dream = _dream.Read(context, chosen) with { Size = null, Seed = (ulong)(context.Value(Shared.Seed) ?? 0) };
        Storyboard? storyboard = null;
        if (context.Value(_storyboard) is { } file) (storyboard, pictures) = new StoryboardReader(network, source.Height, source.Width, context.Runtime).Read(file, dream, pictures);
        if (storyboard is not null) dream = storyboard.Dream with { Size = null };
        var defaults = new VideoDream();
        var settings = new VideoDream
        {
            Dream = dream with { Pictures = [.. pictures.Select(Picture.Load)] },
            Steps = context.Value(_frameSteps) ?? defaults.Steps,
            Carry = context.Value(_feedback) ?? defaults.Carry,
            Storyboard = storyboard is null ? null : storyboard with { Frames = Math.Max(1, selection.Count(source)) },
            Baseline = _frames.Baseline(context),
        };
        task.Run(settings, network, pictures, "dreaming");
    }
}
