using System.CommandLine;
using Reverie.Cli.Commands;
using Reverie.Dream;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Cli.Options;

/// <summary>The options that make frames of a dream instead of one picture.</summary>
internal sealed class StoryboardOptions
{
    private readonly Option<string?> _storyboard = new("--storyboard") { Description = "Dream frames as a YAML or JSON file says: keyframes with what is dreamt of, how strongly, how the picture moves (docs/storyboards.md)", HelpName = "FILE" };
    private readonly Option<int?> _frames = NumberOption.Int("--frames", "Dream so many frames, each on the one before; with --zoom an endless journey into the picture. --output is a folder, or a video where ffmpeg is installed", 1, 1_000_000);
    private readonly Option<double?> _zoom = NumberOption.Double("--zoom", "How many times as large the picture becomes from frame to frame; 1.03 is a calm journey", 0.5, 2);
    private readonly Option<double?> _rotate = NumberOption.Double("--rotate", "How far it turns to the left from frame to frame, in degrees", -180, 180);
    private readonly Option<string?> _centre = new("--centre") { Description = "The point that --zoom goes to and --rotate turns about, in pixels or percent; without it the middle", HelpName = "X,Y" };
    private readonly Option<int?> _every = NumberOption.Int("--every", "Dream every so many frames; those between move only", 1, 1000);
    private readonly Option<double?> _fps = NumberOption.Double("--fps", "Frames in a second of the video; without it 25", 0.1, 1000);

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_storyboard, _frames, _zoom, _rotate, _centre, _every, _fps];

    /// <summary>Whether frames are asked for.</summary>
    /// <exception cref="ReverieException">Options for frames are given, but no frames.</exception>
    public bool Asked(CommandContext context)
    {
        var asked = context.Given(_storyboard) || context.Given(_frames);
        if (!asked && All.FirstOrDefault(context.Given) is { } stray) throw new ReverieException($"{stray.Name} is for frames; say how many with --frames, or give a --storyboard");
        return asked;
    }

    /// <summary>The storyboard that is asked for.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="network">The network.</param>
    /// <param name="photo">The picture, in whose pixels points are given.</param>
    /// <param name="dream">What the command line says of the dream.</param>
    /// <param name="pictures">The files of the pictures that it names.</param>
    /// <returns>The storyboard, whose dream lacks the pictures still, and the files of all pictures in the order of their numbers.</returns>
    /// <exception cref="ReverieException">The options do not fit together, or the file is wrong.</exception>
    public (Storyboard Storyboard, IReadOnlyList<string> Pictures) Read(CommandContext context, Network network, Picture photo, DeepDream dream, IReadOnlyList<string> pictures)
    {
        if (context.Value(_storyboard) is { } file)
        {
            if (All.Except([_storyboard, _frames]).FirstOrDefault(context.Given) is { } other) throw new ReverieException($"{other.Name} stands in the storyboard; leave it out here");
            var (storyboard, named) = new StoryboardReader(network, photo.Height, photo.Width, context.Runtime).Read(file, dream, pictures);
            return (context.Value(_frames) is { } count ? storyboard with { Frames = count } : storyboard, named);
        }
        var centre = context.Value(_centre) is { } point ? new Reverie.Dream.Objectives.ObjectiveParser(network, photo.Height, photo.Width).Point(point) : (Place?)null;
        return (new()
        {
            Frames = context.Value(_frames)!.Value,
            FramesPerSecond = context.Value(_fps) ?? 25,
            Every = context.Value(_every) ?? 1,
            Dream = dream,
            Keyframes = [new() { At = 0, Zoom = context.Value(_zoom), Rotate = context.Value(_rotate), Centre = centre }],
        }, pictures);
    }
}
