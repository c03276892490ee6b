using Reverie.Imaging;

namespace Reverie.Dream.Regions;

/// <summary>
/// How far every pixel of every octave follows each objective of a dream: the mask and the picture's opacity say how much a pixel dreams at all, the regions of what. Where
/// regions overlap they share; where there is none, the dream's own objective holds.
/// </summary>
internal sealed class RegionWeights
{
    private readonly IReadOnlyList<OctaveSize> _sizes;
    private readonly List<float[][]> _octaves;

    private RegionWeights(IReadOnlyList<OctaveSize> sizes, float[][] full)
    {
        _sizes = sizes;
        _octaves = [full];
        for (var octave = 1; octave < sizes.Count; octave++)
            _octaves.Add(Array.ConvertAll(_octaves[^1], plane => Resampling.Resize(plane, 1, sizes[octave - 1].Height, sizes[octave - 1].Width, sizes[octave].Height, sizes[octave].Width, ResampleKernel.BilinearAlignCorners)));
    }

    /// <summary>The weights of a dream; null where every pixel follows the dream's own objective in full.</summary>
    /// <param name="settings">The dream.</param>
    /// <param name="sizes">The octaves, the largest first.</param>
    /// <param name="alpha">The picture's opacity [H,W], or null.</param>
    /// <exception cref="ReverieException">Nothing of the picture is to dream, or a mask does not fit it.</exception>
    public static RegionWeights? Of(DeepDream settings, IReadOnlyList<OctaveSize> sizes, float[]? alpha)
    {
        if (settings.Mask is null && settings.Regions is not { Count: > 0 } && alpha is null) return null;
        var (height, width) = (sizes[0].Height, sizes[0].Width);
        var dreaming = settings.Mask is { } mask ? MaskDrawing.Draw(mask, settings.Pictures, height, width) : Ones(height * width);
        if (alpha is not null)
            for (var index = 0; index < dreaming.Length; index++) dreaming[index] *= alpha[index];
        if (!dreaming.AsSpan().ContainsAnyExcept(0f)) throw new ReverieException("nothing of the picture is to dream: the mask is black, or the picture clear, everywhere");
        var regions = (settings.Regions ?? []).Select(region => MaskDrawing.Draw(region.Where, settings.Pictures, height, width)).ToArray();
        var own = new float[dreaming.Length];
        for (var index = 0; index < own.Length; index++)
        {
            var claimed = 0f;
            foreach (var region in regions) claimed += region[index];
            own[index] = Math.Max(0, 1 - claimed) * dreaming[index];
            foreach (var region in regions) region[index] *= dreaming[index] / Math.Max(1, claimed);
        }
        return new(sizes, [own, .. regions]);
    }

    /// <summary>The weights [H,W] of a part of the dream at an octave; null where the part has no place there.</summary>
    /// <param name="octave">0 is the largest.</param>
    /// <param name="part">0 is the dream's own objective, others are its regions.</param>
    public float[]? At(int octave, int part) => _octaves[octave][part] is var plane && plane.AsSpan().ContainsAnyExcept(0f) ? plane : null;

    /// <summary>Takes back what has come to lie where nothing dreams: pixels that no part has there are the base's again, to the bit.</summary>
    /// <param name="x">The picture [3,H,W]; changed.</param>
    /// <param name="from">The picture without the dream.</param>
    /// <param name="octave">0 is the largest.</param>
    /// <param name="fade">Whether pixels that dream in part keep that part only, and not all that is there.</param>
    public void Confine(float[] x, float[] from, int octave, bool fade)
    {
        var plane = (int)_sizes[octave].Pixels;
        for (var index = 0; index < plane; index++)
        {
            var weight = 0f;
            foreach (var part in _octaves[octave]) weight += part[index];
            for (var place = index; place < x.Length; place += plane)
                if (weight == 0) x[place] = from[place];
                else if (fade && weight < 1) x[place] = from[place] + weight * (x[place] - from[place]);
        }
    }

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }
}
