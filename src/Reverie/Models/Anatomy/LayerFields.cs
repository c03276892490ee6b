using Reverie.Tiling;

namespace Reverie.Models.Anatomy;

/// <summary>The receptive fields of many layers.</summary>
internal static class LayerFields
{
    // the work grows with the square of the number of layers
    private const int Most = 3000;

    /// <summary>The receptive field of each tensor that has one; those that depend on the whole picture, or whose positions are no places, are left out.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">Tensors in the order of computation.</param>
    /// <param name="reads">For each of them, which of them it is computed from.</param>
    public static Dictionary<string, (ReceptiveField Y, ReceptiveField X)> Of(Network network, IReadOnlyList<string> tensors, IReadOnlyList<IReadOnlyList<int>> reads)
    {
        var fields = new Dictionary<string, (ReceptiveField, ReceptiveField)>(StringComparer.Ordinal);
        if (tensors.Count > Most) return fields;
        (int, int) axes = network.Card.Input.Layout == InputLayout.NHWC ? (1, 2) : (2, 3);
        var left = Enumerable.Range(0, tensors.Count).ToList();
        // Following all layers at once takes as long as following one. Where one of them looks at the whole picture, bisection finds it: what comes
        // before it is local. It and what is computed from it are taken out.
        while (left.Count > 0)
        {
            if (Try(left.Count) is { } all)
            {
                foreach (var index in left) fields[tensors[index]] = all.FieldOf(tensors[index]);
                break;
            }
            var (local, global) = (0, left.Count);
            while (global - local > 1)
                if ((local + global) / 2 is var middle && Try(middle) is not null) local = middle;
                else global = middle;
            var without = new HashSet<int> { left[global - 1] };
            foreach (var index in left)
                if (reads[index].Any(without.Contains)) without.Add(index);
            left.RemoveAll(without.Contains);
        }
        return fields;

        Locality? Try(int count)
        {
            try
            {
                return Locality.Of(network.Graph, left.Take(count).Select(index => tensors[index]), network.Input, axes);
            }
            catch (ReverieException)
            {
                return null; // one of them depends on the whole picture: that is the answer
            }
        }
    }
}
