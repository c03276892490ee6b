using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tiling;

/// <summary>
/// Which pixels each position of some layers depends on, found by following the graph: what it takes to compute the layers in tiles, exactly.
/// A network with an operator that looks at the whole picture at once (global pooling, squeeze-and-excite, InstanceNormalization, attention) before
/// one of the layers is refused by that operator's name.
/// </summary>
public sealed class Locality
{
    private readonly List<LocalEdge> _edges;
    private readonly Dictionary<string, LocalTensor> _tensors;

    private Locality(Graph graph, string input, List<string> layers, List<LocalEdge> edges, Dictionary<string, LocalTensor> tensors)
    {
        (Graph, Input, Layers, _edges, _tensors) = (graph, input, layers, edges, tensors);
        AlignmentY = tensors.Values.Aggregate(1L, (lcm, tensor) => Ratio.Lcm(lcm, tensor.StepY.Numerator));
        AlignmentX = tensors.Values.Aggregate(1L, (lcm, tensor) => Ratio.Lcm(lcm, tensor.StepX.Numerator));
    }

    /// <summary>The layers, under the names that the graph has for them.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>The total stride down the picture: tiles begin at multiples of it.</summary>
    public long AlignmentY { get; }

    /// <summary>The total stride across the picture.</summary>
    public long AlignmentX { get; }

    /// <summary>The graph, cut at the layers.</summary>
    internal Graph Graph { get; }

    /// <summary>The graph's input that takes the picture.</summary>
    internal string Input { get; }

    /// <summary>Follows a graph from its picture to some layers.</summary>
    /// <param name="graph">A canonical graph; it is not changed.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="input">The input that takes the picture; the only one where null.</param>
    /// <param name="axes">Which of the input's axes run down and across the picture: (2, 3) for [N,C,H,W].</param>
    /// <exception cref="ReverieException">A layer does not exist or does not depend on the picture, or an operator on the way looks at the whole picture.</exception>
    public static Locality Of(Graph graph, IEnumerable<string> layers, string? input = null, (int Y, int X)? axes = null)
    {
        var wanted = layers.Select(graph.Resolve).Distinct(StringComparer.Ordinal).ToList();
        var cut = graph.Cut(wanted, keepInputs: true);
        ShapeInference.Infer(cut);
        input ??= cut.Inputs[0].Name;
        var (y, x) = axes ?? (2, 3);
        var edges = new List<LocalEdge>();
        var tensors = new Dictionary<string, LocalTensor>(StringComparer.Ordinal) { [input] = new(y, x, Ratio.One, Ratio.One) };
        var dependent = new HashSet<string>(StringComparer.Ordinal) { input };
        foreach (var node in cut.Nodes)
        {
            // a tensor's size is not its content
            if (node.Op is "Shape" or "Size" || !node.Inputs.Exists(dependent.Contains)) continue;
            dependent.UnionWith(node.Outputs.Where(output => output.Length > 0));
            var step = new LocalityStep(node, cut, tensors, dependent, (edge, tensor) =>
            {
                edges.Add(edge);
                if (!tensors.TryAdd(edge.To, tensor) && tensors[edge.To] != tensor)
                    throw new ReverieException($"{node.Describe()} cannot work in tiles: its inputs are of different scales");
            });
            LocalityRules.Apply(step);
        }
        foreach (var layer in wanted)
            if (!tensors.ContainsKey(layer)) throw new ReverieException($"the layer '{layer}' cannot be computed in tiles: its positions are no places of the picture");
        return new(cut, input, wanted, edges, tensors);
    }

    /// <summary>The receptive fields of a layer's positions, down and across the picture.</summary>
    public (ReceptiveField Y, ReceptiveField X) FieldOf(string layer)
    {
        var name = Graph.Resolve(layer);
        var tensor = Tensor(name);
        return (Field(name, tensor.StepY, AlignmentY, isY: true), Field(name, tensor.StepX, AlignmentX, isY: false));
    }

    /// <summary>The positions of all tensors that positions of the layers depend on, along one axis.</summary>
    /// <param name="owned">Positions of each layer.</param>
    /// <param name="isY">Whether the axis runs down the picture.</param>
    /// <param name="sizes">The size of each tensor along the axis; null for an axis without ends.</param>
    internal Interval Needed(IReadOnlyDictionary<string, Interval> owned, bool isY, Func<string, long?> sizes)
    {
        var needed = new Dictionary<string, Interval>(owned, StringComparer.Ordinal);
        for (var index = _edges.Count - 1; index >= 0; index--)
        {
            var edge = _edges[index];
            if (!needed.TryGetValue(edge.To, out var output) || output.IsEmpty) continue;
            var read = (isY ? edge.Y : edge.X).Reads(output, sizes(edge.From));
            // Positions that see nothing but padding depend on nothing, yet what comes before them has to run: the end next to them will do.
            if (read.IsEmpty && sizes(edge.From) is { } size and > 0) read = 2 * output.Begin < sizes(edge.To) ? new(0, 1) : new(size - 1, size);
            needed[edge.From] = needed.GetValueOrDefault(edge.From).Union(read);
        }
        // The pixels where the positions themselves lie are part of the tile, whether or not they are read: else a tile could begin behind them.
        var all = needed.GetValueOrDefault(Input);
        foreach (var (name, interval) in needed)
        {
            if (interval.IsEmpty) continue;
            var step = isY ? Tensor(name).StepY : Tensor(name).StepX;
            all = all.Union(new Interval(Floor(interval.Begin, step), Floor(interval.End - 1, step) + 1).Within(sizes(Input)));
        }
        return all;
    }

    /// <summary>How a tensor's positions lie in the picture.</summary>
    internal LocalTensor Tensor(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor : throw new ReverieException(Names.Unknown("layer", name, _tensors.Keys));

    private ReceptiveField Field(string layer, Ratio step, long alignment, bool isY)
    {
        var cell = Needed(new Dictionary<string, Interval> { [layer] = new(0, step.Into(alignment)) }, isY, _ => null);
        // where a tensor is finer than another on its way, its positions differ in turn
        var size = 0L;
        for (var position = 0; position < step.Into(alignment); position++)
            size = Math.Max(size, Needed(new Dictionary<string, Interval> { [layer] = new(position, position + 1) }, isY, _ => null).Length);
        return new((double)step.Numerator / step.Denominator, size, alignment, -Math.Min(0, cell.Begin), Math.Max(0, cell.End - alignment));
    }

    private static long Floor(long position, Ratio step)
    {
        var scaled = checked(position * step.Numerator);
        return scaled >= 0 ? scaled / step.Denominator : -((-scaled + step.Denominator - 1) / step.Denominator);
    }
}
