namespace Reverie.Explain;

/// <summary>One item with some of its features kept and the others set to the baseline: the game whose players are the features.</summary>
internal sealed class Coalitions
{
    private readonly AttributionContext _single;
    private readonly IReadOnlyList<Signal> _baseline;
    private readonly int[][] _players;
    private readonly string _method;

    /// <param name="context">What is asked.</param>
    /// <param name="item">The item.</param>
    /// <param name="method">The method's id, for progress.</param>
    public Coalitions(AttributionContext context, int item, string method)
    {
        (_single, _method) = (context.Single(item), method);
        _baseline = _single.Baseline;
        var groups = context.Features ?? FeatureGroups.Elements(context.Inputs);
        Features = groups.Present(item);
        var positions = Enumerable.Repeat(-1, groups.Count).ToArray();
        for (var index = 0; index < Features.Length; index++) positions[Features[index]] = index;
        _players = [.. context.Inputs.Select((_, input) => Array.ConvertAll(groups.Of(input, item).ToArray(), id => positions[id]))];
    }

    /// <summary>The numbers of the features that take part.</summary>
    public int[] Features { get; }

    /// <summary>How many features take part.</summary>
    public int Count => Features.Length;

    /// <summary>The item itself.</summary>
    public IReadOnlyList<Signal> Inputs => _single.Inputs;

    /// <summary>f of many coalitions; features beyond <paramref name="kept"/>'s true ones are at the baseline.</summary>
    /// <param name="count">How many coalitions.</param>
    /// <param name="kept">Whether a coalition keeps a feature.</param>
    public double[] Scores(int count, Func<int, int, bool> kept)
    {
        var mask = new bool[Count];
        return _single.Subject.Scores(count, _single.Inputs, (index, into) =>
        {
            for (var player = 0; player < mask.Length; player++) mask[player] = kept(index, player);
            Write(mask, into);
        }, RunCounter.For(_single, _method, count), _single.Cancellation);
    }

    /// <summary>The item with only some features kept.</summary>
    public void Write(bool[] kept, double[][] into)
    {
        for (var input = 0; input < into.Length; input++)
        {
            var (x, b) = (_single.Inputs[input].Values, _baseline[input].Values);
            var (players, result) = (_players[input], into[input]);
            for (var index = 0; index < result.Length; index++) result[index] = kept[players[index]] ? x[index] : b[index];
        }
    }

    /// <summary>Puts the value of each taking-part feature on all its elements.</summary>
    public void Spread(ReadOnlySpan<double> values, int item, IReadOnlyList<Signal> maps)
    {
        for (var input = 0; input < maps.Count; input++)
        {
            var players = _players[input];
            var map = maps[input].Item(item);
            for (var index = 0; index < map.Length; index++) map[index] = values[players[index]];
        }
    }
}
