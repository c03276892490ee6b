using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Video;
using Reverie.Video.Coherence;
using Reverie.Video.Frames;

namespace Reverie.Tests.Video;

/// <summary>A method without a network: the frame itself, or mixed with results before it, so that every frame depends on all before it.</summary>
internal sealed record TestMethod : VideoMethod
{
    /// <summary>The share of the last result.</summary>
    public float Memory { get; init; }

    /// <summary>How often the frames are gone through.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>The frames that it looks back to.</summary>
    public IReadOnlyList<int> LookBack { get; init; } = [];

    /// <summary>Told before each frame; may throw.</summary>
    public Action<int>? Before { get; init; }

    public override JsonElement ToJson() => JsonSerializer.SerializeToElement(new { Memory, Passes, LookBack });

    internal override int PassCount => Passes;

    internal override IFrameWorker Open(Network network, RuntimeOptions? options) => new Worker(this);

    private sealed class Worker(TestMethod method) : IFrameWorker
    {
        public IReadOnlyList<int> LookBack => method.LookBack;

        public FrameWork Make(VideoFrame frame, FrameContext around, IProgress<double>? progress, CancellationToken cancellation)
        {
            method.Before?.Invoke(frame.Number);
            var rgb = (float[])frame.Picture.Rgb.Clone();
            if (around.Own is not null) Mix(around.Own);
            foreach (var past in around.Past) Mix(past.Result);
            if (around.Before is not null) Mix(around.Before.Result);
            return new(new Picture(frame.Picture.Height, frame.Picture.Width, rgb), null, around.Before?.Key ?? new(frame.Number, null, null));

            void Mix(Picture other)
            {
                for (var index = 0; index < rgb.Length; index++) rgb[index] += method.Memory * (other.Rgb[index] - rgb[index]);
            }
        }

        public void Dispose() { }
    }
}
