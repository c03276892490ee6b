namespace Reverie.Dream.Storyboards;

/// <summary>What some keyframes say of one thing, over time: as the nearest says before the first and behind the last of them, interpolated between.</summary>
internal static class Curve
{
    /// <summary>The keyframes on both sides of a frame that say something, and how far the frame is from the first to the second, 0 to 1; null where none does.</summary>
    public static (Keyframe From, Keyframe To, double Share)? Around(IEnumerable<Keyframe> keyframes, double frame, Func<Keyframe, bool> says)
    {
        Keyframe? from = null;
        foreach (var keyframe in keyframes)
        {
            if (!says(keyframe)) continue;
            if (keyframe.At > frame) return from is null ? (keyframe, keyframe, 0) : (from, keyframe, (frame - from.At) / (keyframe.At - from.At));
            from = keyframe;
        }
        return from is null ? null : (from, from, 0);
    }

    /// <summary>A number at a frame; null where no keyframe says any.</summary>
    public static double? At(IEnumerable<Keyframe> keyframes, double frame, Func<Keyframe, double?> number) =>
        Around(keyframes, frame, keyframe => number(keyframe) is not null) is var (from, to, share) ? number(from)!.Value + share * (number(to)!.Value - number(from)!.Value) : null;
}
