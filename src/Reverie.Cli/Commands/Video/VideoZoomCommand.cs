using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Dream;
using Reverie.Dream.Objectives;
using Reverie.Dream.Presets;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Video.Frames;

namespace Reverie.Cli.Commands.Video;

/// <summary>
/// <c>reverie video zoom</c>: an endless journey into a picture ("ouroboros"). Speeds are per second, so that the frame rate changes how smooth the journey is and not where it leads.
/// </summary>
internal sealed class VideoZoomCommand : ReverieCommand
{
    private const int DefaultLongSide = 640;

    private readonly Argument<string> _image = new("image") { Description = "The picture to set out from", HelpName = "IMAGE" };
    private readonly Option<string?> _preset = new("--preset", "-p") { Description = "A way to dream that was tried and found good (see 'reverie presets'); other options change it", HelpName = "NAME" };
    private readonly ObjectiveOptions _objective = new();
    private readonly DreamOptions _dream = new();
    private readonly Option<double?> _seconds = NumberOption.Double("--seconds", "How long the video is; without it 10", 0.1, 100_000);
    private readonly Option<string?> _fps = new("--fps") { Description = "Frames in a second, such as 30 or 24000/1001; without it 30", HelpName = "RATE" };
    private readonly Option<double?> _zoom = NumberOption.Double("--zoom", "How many times as large the picture becomes in a second; without it 2", 0.01, 100);
    private readonly Option<double?> _rotate = NumberOption.Double("--rotate", "How far it turns to the left in a second, in degrees", -3600, 3600);
    private readonly Option<string?> _centre = new("--centre") { Description = "The point that it goes to and turns about, in pixels or percent; without it the middle", HelpName = "X,Y" };
    private readonly Option<double?> _dreams = NumberOption.Double("--dreams", "How often in a second it dreams; frames between move only. Without it 10", 0.1, 1000);
    private readonly Option<int?> _frameSteps = NumberOption.Int("--frame-steps", "Steps at each size of a dream after the first; without it 3. --steps is for the first", 1, 10_000);
    private readonly Option<int?> _size = NumberOption.Int("--size", "The longer side of the frames in pixels; without it the picture's own, but at most 640", 32, 16_384, "-s");

    public VideoZoomCommand(SharedOptions shared) : base("zoom", "An endless journey into one picture, dreamt on as it goes", shared)
    {
        Add(_image);
        AddOptions([shared.Output, _preset, .. _objective.All.Where(option => option != _objective.Then), .. _dream.All.Where(option => option != _dream.Rounds), _seconds, _fps, _zoom, _rotate, _centre, _dreams, _frameSteps, _size, shared.Seed, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        var image = context.Value(_image)!;
        var rate = context.Value(_fps) is { } text ? Rational.Parse(text) ?? throw new ReverieException($"--fps takes a rate such as 30, 23.976 or 24000/1001, not '{text}'") : new(30, 1);
        var photo = context.Report.Timed("load", () => LoadedPhoto.Load(image));
        var output = OutputPath.Resolve(context.Value(Shared.Output), image, "zoom", ".mp4", context.Force);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var longSide = Math.Max(photo.Value.Height, photo.Value.Width);
        var size = context.Value(_size) ?? Math.Min(longSide, DefaultLongSide);
        var preset = context.Value(_preset) is { } name ? DreamPresets.Find(network, name).For(network) : new DeepDream();
        var (chosen, guides) = _objective.Read(context, network, preset with { Rounds = null, Then = null }, () => Scaled(photo.Value, size), photo.Value);
        var dream = _dream.Read(context, chosen) with { Pictures = [.. guides.Select(Picture.Load)], Size = size == longSide ? null : size, Seed = (ulong)(context.Value(Shared.Seed) ?? 0) };
        var perSecond = rate.Value;
        var storyboard = new Storyboard
        {
            Frames = Math.Max(1, (int)Math.Round((context.Value(_seconds) ?? 10) * perSecond)),
            FramesPerSecond = perSecond,
            Every = Math.Clamp((int)Math.Round(perSecond / (context.Value(_dreams) ?? 10)), 1, 1000),
            Dream = dream,
            Keyframes =
            [
                new()
                {
                    At = 0,
                    // as much in a second, whatever the rate
                    Zoom = Math.Pow(context.Value(_zoom) ?? 2, 1 / perSecond),
                    Rotate = (context.Value(_rotate) ?? 0) / perSecond,
                    Centre = context.Value(_centre) is { } point ? new ObjectiveParser(network, photo.Value.Height, photo.Value.Width).Point(point) : null,
                    Steps = dream.Steps,
                },
                new() { At = 1, Steps = context.Value(_frameSteps) ?? 3 },
            ],
        };
        context.Say(string.Create(CultureInfo.InvariantCulture, $"{storyboard.Frames} frames, dreaming at every {storyboard.Every}."));
        StoryboardTask.Run(context, storyboard, network, photo.Value, image, output,
            path => DreamCommand.MakeRecipe(context, "storyboard", storyboard.ToJson(), network, [image, .. guides], path));
    }

    private static Picture Scaled(Picture photo, int size)
    {
        var (height, width) = Fit.LongSide(photo.Height, photo.Width, size);
        return photo.Resize(height, width);
    }
}
