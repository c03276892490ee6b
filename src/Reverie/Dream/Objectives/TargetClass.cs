using System.Globalization;
using Reverie.Models;

namespace Reverie.Dream.Objectives;

/// <summary>Classes as users name them.</summary>
internal static class TargetClass
{
    /// <summary>The index of a class, by index or name; by index alone where the network's classes have no names.</summary>
    /// <exception cref="ReverieException">There is no such class, or there are several.</exception>
    public static int Find(Network network, string text)
    {
        var count = network.Graph.TypeOf(network.Logits)?.Shape is [_, var classes, ..] ? classes.Value : null;
        if (network.Labels is { } labels) return labels.Find(text);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw new ReverieException($"the classes of {network.Name} have no names; give the index of a class instead of '{text}', or name them in its card (labels)");
        return index < count || count is null ? index : throw new ReverieException($"there is no class {index}; {network.Name} has {count}, counted from 0");
    }
}
