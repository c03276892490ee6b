using Reverie.Dream.Gradients;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Storyboards;

/// <summary>One run of a <see cref="Storyboard"/>. What was compiled for an objective is kept for all frames.</summary>
internal sealed class StoryboardRun(Storyboard storyboard, Network network, RuntimeOptions? options) : IDisposable
{
    private readonly GradientSources _sources = GradientSources.For(storyboard.Dream, network, options);

    public void Dispose() => _sources.Dispose();

    public void Dream(Picture photo, Action<StoryboardFrame> each, StoryboardState? from, IProgress<StoryboardProgress>? progress, CancellationToken cancellation)
    {
        Check(photo);
        if (from is not null && !storyboard.IsDreamt(from.Frame)) throw new ReverieException($"frame {from.Frame} is not dreamt, so that nothing can go on from it");
        var (state, moved) = (from?.Picture ?? photo, AffineMap.Identity);
        for (var frame = from is null ? 0 : from.Frame + 1; frame < storyboard.Frames; frame++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (frame > 0) moved = storyboard.MotionTo(frame, state.Height, state.Width).After(moved);
            var shown = Moved(state, moved);
            if (!storyboard.IsDreamt(frame))
            {
                if (frame == 0) shown = state = Sized(shown);
                each(new(frame, shown, null));
                continue;
            }
            var relay = progress is null ? null : new Relay(progress, frame, storyboard.Frames);
            var result = new DreamRun(storyboard.DreamAt(frame, network), network, _sources).Dream(shown, relay, cancellation, firstRound: frame);
            // half a frame is none: what a run goes on from is complete
            if (result.Cancelled) throw new OperationCanceledException(cancellation);
            (state, moved) = (result.Picture, AffineMap.Identity);
            each(new(frame, state, result));
        }
    }

    // Everything that could end the run later is tried now: layers, channels, sizes.
    private void Check(Picture photo)
    {
        var (height, width) = SizeOf(photo);
        foreach (var objective in storyboard.Objectives(network).Concat((storyboard.Dream.Regions ?? []).Select(region => region.Objective)))
            if (!_sources.Of(objective).Fits(new(height, width)))
                throw new ReverieException($"a picture of {width} x {height} is too small for {objective}; give a larger --size, or an earlier layer");
    }

    private (int Height, int Width) SizeOf(Picture photo) => storyboard.Dream.Size is { } size ? Fit.LongSide(photo.Height, photo.Width, size) : (photo.Height, photo.Width);

    private Picture Sized(Picture photo) => SizeOf(photo) is var (height, width) && (height, width) == (photo.Height, photo.Width) ? photo : photo.Resize(height, width);

    private Picture Moved(Picture picture, AffineMap map)
    {
        if (map.IsIdentity) return picture;
        var (down, across) = (storyboard.Dream.Seamless == Seamless.Both, storyboard.Dream.Seamless != Seamless.None);
        return new(picture.Height, picture.Width,
            AffineResampling.Apply(picture.Rgb, 3, picture.Height, picture.Width, map, down, across),
            picture.Alpha is { } alpha ? AffineResampling.Apply(alpha, 1, picture.Height, picture.Width, map, down, across) : null);
    }

    private sealed class Relay(IProgress<StoryboardProgress> progress, int frame, int frames) : IProgress<DreamProgress>
    {
        public void Report(DreamProgress value) => progress.Report(new(frame, frames, value, frame + (double)value.Done / value.Total));
    }
}
