using System.CommandLine;
using Reverie.Cli.Options;

namespace Reverie.Cli.Commands.Video;

/// <summary><c>reverie video</c>: moving pictures.</summary>
internal sealed class VideoCommand : Command
{
    public VideoCommand(SharedOptions shared) : base("video", "Dream on a video, or paint it, so that it stays steady; or make one from a picture (docs/video.md)")
    {
        Add(new VideoDreamCommand(shared));
        Add(new VideoStyleCommand(shared));
        Add(new VideoZoomCommand(shared));
    }
}
