using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>How a style transfer is to be run so that it keeps within an amount of memory.</summary>
/// <param name="Tile">The side of the tiles; null for the whole picture at once.</param>
/// <param name="PeakBytes">What the process is foretold to take.</param>
public sealed record StyleMemory(int? Tile, long PeakBytes)
{
    // L-BFGS' pairs beyond this lie in scratch files, where the picture is computed in tiles.
    private const long MostPairBytes = 512L << 20;

    // Pictures in memory at the size painted at: the content, its original, the origin, the variables, the moved picture, and five vectors of the optimiser.
    private const int Vectors = 10;

    // The garbage collector's slack, and gaps in ONNX Runtime's arenas between pictures and crops of several sizes.
    private const double Slack = 1.25;

    private static readonly int[] Sides = [2048, 1536, 1024, 768, 512, 384, 256, 192, 128, 96, 64];

    /// <summary>Chooses: all at once, or else tiles as large as fit.</summary>
    /// <param name="settings">The settings; a tile that they set is kept.</param>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The pictures.</param>
    /// <param name="bytes">The most that the process may take.</param>
    /// <param name="options">Where and how to run.</param>
    /// <exception cref="ReverieException">Even the smallest tiles take more; the message says how much.</exception>
    public static StyleMemory For(StyleTransfer settings, Network network, StyleInputs inputs, long bytes, RuntimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!(options ?? RuntimeOptions.Default).Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase)) throw new ReverieException("only the CPU's memory can be bounded; leave --memory or --provider out");
        StyleSettings.Validate(settings, inputs);
        var regions = settings.Regions > 0 ? settings.Regions : inputs.ContentMask is null ? 0 : RegionMasks.Read(inputs).Count;
        var scale = StylePlan.Resolve(settings, inputs.Content.Height, inputs.Content.Width)[^1];
        var (height, width) = Imaging.Fit.LongSide(inputs.Content.Height, inputs.Content.Width, scale.LongSide);
        var vector = 3L * height * width * sizeof(float);
        var planes = (Vectors + regions / 3) * vector;
        if (settings.Tile is null)
        {
            using var whole = new StyleSession(settings, network, inputs.Styles.Count, regions, options, plan: true);
            var peak = (long)(Slack * whole.Predict(height, width, null)) + planes + PairBytes(settings, 3 * height * width);
            if (peak <= bytes) return new(null, peak);
        }
        var least = long.MaxValue;
        using var tiled = new StyleSession(settings with { Tile = settings.Tile ?? Sides[0] }, network, inputs.Styles.Count, regions, options, plan: true);
        foreach (var side in settings.Tile is { } given ? [given] : Sides)
        {
            if (settings.Tile is null && side >= 2 * Math.Max(height, width)) continue;
            var pairs = StreamsPairs(settings with { Tile = side }, 3 * height * width) ? 0 : PairBytes(settings, 3 * height * width);
            var peak = (long)(Slack * tiled.Predict(height, width, side)) + planes + pairs;
            least = Math.Min(least, peak);
            if (peak <= bytes) return new(side, peak);
        }
        throw new ReverieException(FormattableString.Invariant($"{bytes / 1e6:0} MB are too little memory for this picture: in the smallest tiles it takes {least / 1e6:0} MB; paint it smaller, or allow that much"));
    }

    /// <summary>Whether L-BFGS' pairs lie in scratch files, for pictures of so many numbers; this changes no result.</summary>
    internal static bool StreamsPairs(StyleTransfer settings, int length) => settings.Tile is not null && PairBytes(settings, length) > MostPairBytes;

    private static long PairBytes(StyleTransfer settings, int length) => settings.Optimizer == StyleOptimizer.Lbfgs ? 2L * settings.History * length * sizeof(float) : 0;
}
