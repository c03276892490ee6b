using Reverie.Cli.Commands;
using Reverie.Dream;
using Reverie.Dream.Streaming;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Cli.Recipes;

/// <summary>Decides whether a dream runs at once, in tiles, or through scratch files.</summary>
internal static class DreamBudget
{
    // Without --memory a dream that would take more than this share of the machine's memory is streamed.
    private const double Share = 0.7;

    /// <summary>How to run a dream within what the user allows; null where nothing is to be decided.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="allowed">The bytes that <c>--memory</c> allows; null without it.</param>
    /// <param name="settings">The dream.</param>
    /// <param name="network">The network.</param>
    /// <param name="height">The dream's rows.</param>
    /// <param name="width">The dream's columns.</param>
    /// <exception cref="ReverieException">It is too little for any tile.</exception>
    public static DreamMemory? Choose(CommandContext context, long? allowed, DeepDream settings, Network network, int height, int width)
    {
        // what planes alone take: predictions cost a compilation, and small pictures need none
        if (allowed is null && 84.0 * height * width < Share / 2 * Machine.MemoryBytes) return null;
        var memory = DreamMemory.For(settings, network, height, width, allowed ?? (long)(Share * Machine.MemoryBytes), context.Runtime);
        var how = memory.IsStreamed ? "through a scratch file, " : "";
        if (memory.Tile is { } tile) context.Say(FormattableString.Invariant($"dreaming {how}in tiles of {tile} x {tile} pixels: about {memory.PeakBytes / 1e6:0} MB"));
        return memory;
    }
}
