using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>A long video takes no more memory than a short one: what is held of the frames is counted.</summary>
public sealed class VideoMemoryTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(6, 1)]
    [InlineData(0, 3)]
    public void NoMoreFramesAreHeldThanAreLookedBackTo(int lookBack, int passes)
    {
        const int Frames = 60;
        using var folder = new TempFolder();
        var texture = new MovingTexture(61);
        var source = FrameSource.Probe(Clip.Frames(folder, "in", Enumerable.Range(0, Frames).Select(number => MovingTexture.Draw(16, 24, (x, y) => texture.At(x + 0.5 * number, y)))));
        var counting = new CountingMethod(passes, lookBack == 0 ? [] : [lookBack / 2, lookBack]);
        new VideoJob(source, new() { Height = 16, Width = 24 }, folder["out"]).Run(counting, Network.Embedded);
        Assert.Equal(Frames * passes, counting.Frames);
        // a pass backwards holds the sources of a chunk
        var most = passes > 1 ? 50 + Slack : lookBack + Slack;
        Assert.All(counting.Alive, alive => Assert.InRange(alive.Sources, 1, most));
        Assert.All(counting.Alive, alive => Assert.InRange(alive.Results, 1, Slack));
        Assert.True(counting.Alive.Count > 2);
    }

    // what is in work, and what unoptimised code keeps in its variables
    private const int Slack = 6;

    /// <summary>Gives the frames themselves, and counts how many of them and of their results still live.</summary>
    private sealed record CountingMethod(int Passes, IReadOnlyList<int> LookBack) : VideoMethod
    {
        private readonly List<WeakReference> _sources = [], _results = [];

        public List<(int Sources, int Results)> Alive { get; } = [];

        public int Frames => _results.Count;

        internal override int PassCount => Passes;

        public override JsonElement ToJson() => JsonSerializer.SerializeToElement(new { Passes, LookBack });

        internal override IFrameWorker Open(Network network, RuntimeOptions? options) => new Worker(this);

        private sealed class Worker(CountingMethod method) : IFrameWorker
        {
            public IReadOnlyList<int> LookBack => method.LookBack;

            public FrameWork Make(VideoFrame frame, FrameContext around, IProgress<double>? progress, CancellationToken cancellation)
            {
                var result = new Picture(frame.Picture.Height, frame.Picture.Width, (float[])frame.Picture.Rgb.Clone());
                method._sources.Add(new(frame.Picture));
                method._results.Add(new(result));
                if (method._results.Count % 20 == 19)
                {
                    GC.Collect();
                    method.Alive.Add((method._sources.Count(each => each.IsAlive), method._results.Count(each => each.IsAlive)));
                }
                return new(result, null, around.Before?.Key ?? new(frame.Number, null, null));
            }

            public void Dispose() { }
        }
    }
}
