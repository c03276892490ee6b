using Reverie.Dream.Gradients;
using Reverie.Dream.Objectives;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Streaming;

/// <summary>How a dream is to be run so that it keeps within an amount of memory.</summary>
/// <param name="Tile">The side of the tiles; null for the whole picture at once.</param>
/// <param name="IsStreamed">Whether the picture is to be in scratch files.</param>
/// <param name="PeakBytes">What the process is foretold to take.</param>
public sealed record DreamMemory(int? Tile, bool IsStreamed, long PeakBytes)
{
    // Photo, picture in progress, gradient, rolled copies, the octaves' bases, the enlarged detail, the result: three floats a pixel each.
    private const long BytesPerPixel = 7 * 12;

    // Blocks and rows of a streamed run, and the garbage collector's slack. Beside it a quarter more than foretold is kept free, for many crops of several
    // sizes one after the other leave gaps in ONNX Runtime's arena.
    private const long StreamedBytes = 64 << 20;

    private static readonly int[] Sides = [2048, 1536, 1024, 768, 512, 384, 256, 192, 128, 96, 64, 32];

    /// <summary>Chooses, in this order: all at once; tiles with the picture in memory; tiles with the picture in scratch files. Tiles are as large as fits.</summary>
    /// <param name="settings">The dream; a tile that it sets is kept.</param>
    /// <param name="network">The network.</param>
    /// <param name="height">The picture's rows.</param>
    /// <param name="width">The picture's columns.</param>
    /// <param name="bytes">The most that the process may take.</param>
    /// <param name="options">Where and how to run.</param>
    /// <exception cref="ReverieException">Even the smallest tiles take more; the message says how much.</exception>
    public static DreamMemory For(DeepDream settings, Network network, int height, int width, long bytes, RuntimeOptions? options = null)
    {
        if (!(options ?? RuntimeOptions.Default).Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase)) throw new ReverieException("only the CPU's memory can be bounded; leave --memory or --provider out");
        // every region's weights, and a sum of their gradients
        var planes = (BytesPerPixel + (settings.Regions is { Count: var regions } ? 12 + 8 * regions : 0) + (settings.Mask is null ? 0 : 16)) * height * width;
        var size = new OctaveSize(height, width);
        var objectives = settings.RoundsFor(network).Concat((settings.Regions ?? []).Select(region => region.Objective)).Distinct().ToList();
        var guides = new GuideFeatures(network, settings.Pictures, options);
        if (settings is { Tile: null, Seamless: Seamless.None } && planes < bytes)
        {
            var whole = objectives.Max(objective => Whole(network, ObjectiveGraph.Build(network, objective, guides), size, options)) + planes;
            if (whole <= bytes) return new(null, false, whole);
        }
        var sources = objectives.ConvertAll(objective => new TiledGradient(network, TiledObjectiveGraph.Build(network, objective, guides), TileSettings.Of(settings), options, plan: true));
        try
        {
            return InTiles(settings, sources, size, planes, bytes);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static DreamMemory InTiles(DeepDream settings, List<TiledGradient> sources, OctaveSize size, long planes, long bytes)
    {
        var least = 0L;
        foreach (var side in settings.Tile is { } fixedSide ? [fixedSide] : Sides)
        {
            if (settings.Tile is null && side > 32 && side >= 2 * Math.Max(size.Height, size.Width)) continue;
            var tile = sources.Max(source => source.Predict(size, side));
            if (tile + planes <= bytes) return new(side, false, tile + planes);
            least = tile + tile / 4 + StreamedBytes;
            if (least <= bytes && planes > bytes / 2) return new(side, true, least);
        }
        throw new ReverieException(FormattableString.Invariant($"{bytes / 1e6:0} MB are too little memory for this dream: in the smallest tiles it takes {least / 1e6:0} MB"));
    }

    private static long Whole(Network network, ObjectiveGraph objective, OctaveSize size, RuntimeOptions? options)
    {
        using var compiled = CompiledGraph.Compile(objective.Graph, options, plan: true);
        var shapes = new Dictionary<string, long[]> { [network.Input] = network.Preprocessing.Shape(1, size.Height, size.Width) };
        // the places of single neurons: as small as their layers
        var layers = Onnx.Shapes.ShapeInference.Resolve(objective.Layers, shapes);
        foreach (var place in objective.Places) shapes[place.Input] = [1, 1, .. layers[place.Term.Layer][2..]];
        return compiled.Memory!.Predict(shapes, outputsGiven: true).PeakBytes;
    }
}
