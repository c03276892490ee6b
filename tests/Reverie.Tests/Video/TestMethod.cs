using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Video;
using Reverie.Video.Coherence;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>A method without a network: the frame itself, or mixed with the last result, so that every frame depends on all before it.</summary>
internal sealed record TestMethod : VideoMethod
{
    /// <summary>The share of the last result.</summary>
    public float Memory { get; init; }

    /// <summary>Told before each frame; may throw.</summary>
    public Action<int>? Before { get; init; }

    public override JsonElement ToJson() => JsonSerializer.SerializeToElement(new { Memory });

    internal override IFrameWorker Open(Network network, RuntimeOptions? options) => new Worker(this);

    private sealed class Worker(TestMethod method) : IFrameWorker
    {
        public FrameWork Make(VideoFrame frame, FrameState? before, FramePair? pair, IProgress<double>? progress, CancellationToken cancellation)
        {
            method.Before?.Invoke(frame.Number);
            var rgb = (float[])frame.Picture.Rgb.Clone();
            if (before is not null)
                for (var index = 0; index < rgb.Length; index++) rgb[index] += method.Memory * (before.Result.Rgb[index] - rgb[index]);
            return new(new Picture(frame.Picture.Height, frame.Picture.Width, rgb), null, before?.Key ?? new(frame.Number, null, null));
        }

        public void Dispose() { }
    }
}
