namespace Reverie.Explain;

/// <summary>
/// Which elements of the inputs belong together and are changed together: for each input, the number of the feature of every element. A number may occur in several inputs.
/// </summary>
public sealed class FeatureGroups
{
    private readonly int[][] _ids;
    private readonly int[] _lengths;

    /// <summary>Takes the numbers of the features.</summary>
    /// <param name="ids">For each input as many numbers as one item has elements, or as many as the batch has; from 0 on.</param>
    /// <param name="lengths">The elements of one item of each input.</param>
    /// <exception cref="ReverieException">A mask does not fit its input, or a number is negative.</exception>
    public FeatureGroups(IReadOnlyList<int[]> ids, IReadOnlyList<int> lengths)
    {
        if (ids.Count != lengths.Count) throw new ReverieException($"{ids.Count} feature masks are given for {lengths.Count} inputs");
        for (var index = 0; index < ids.Count; index++)
        {
            if (ids[index].Length == 0 || ids[index].Length % lengths[index] != 0) throw new ReverieException($"a feature mask of {ids[index].Length} numbers does not fit an input of {lengths[index]}");
            if (ids[index].Any(id => id < 0)) throw new ReverieException("features are numbered from 0 on");
        }
        (_ids, _lengths) = ([.. ids], [.. lengths]);
        Count = ids.Max(mask => mask.Max()) + 1;
    }

    /// <summary>The number of features.</summary>
    public int Count { get; }

    /// <summary>Every element of every input by itself.</summary>
    public static FeatureGroups Elements(IReadOnlyList<Signal> inputs)
    {
        var (ids, next) = (new List<int[]>(), 0);
        foreach (var input in inputs)
        {
            ids.Add([.. Enumerable.Range(next, input.ItemLength)]);
            next += input.ItemLength;
        }
        return new(ids, [.. inputs.Select(input => input.ItemLength)]);
    }

    /// <summary>The features of an item's elements in one input.</summary>
    public ReadOnlySpan<int> Of(int input, int item)
    {
        var (ids, length) = (_ids[input], _lengths[input]);
        return ids.AsSpan(ids.Length == length ? 0 : item * length, length);
    }

    /// <summary>The features of one item alone.</summary>
    public FeatureGroups Single(int item) => new([.. _ids.Select((_, input) => Of(input, item).ToArray())], _lengths);

    /// <summary>The features that an item really has: numbers that no element bears are left out.</summary>
    public int[] Present(int item)
    {
        var present = new SortedSet<int>();
        for (var input = 0; input < _ids.Length; input++)
            foreach (var id in Of(input, item)) present.Add(id);
        return [.. present];
    }
}
