using Reverie.Onnx.Shapes;

namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Reshape targets in which an exporter wrote sizes as numbers, such as [1, 2, 58, 28, 28] for a channel shuffle: the same target in terms of the input's sizes.
/// Which sizes of input and output belong together is read off the fixed shapes: cut from the front into the shortest groups of equal products.
/// </summary>
internal sealed class FixedReshapes
{
    private readonly Dictionary<string, Fact>? _fixed;

    /// <param name="graph">The graph with its fixed sizes. Sizes that it leaves open are taken as 1 (the batch) or 224.</param>
    public FixedReshapes(Graph graph)
    {
        var input = graph.Inputs[0];
        var shape = input.Type.Shape!.Select((dim, axis) => dim.Value ?? (axis == 0 ? 1 : 224)).ToArray();
        try
        {
            _fixed = Inference.Run(graph, new Dictionary<string, long[]> { [input.Name] = shape });
        }
        catch (ReverieException) when (input.Type.KnownShape is null)
        {
            // a network that does not run at 224: its targets cannot be read, and stay as they are
        }
    }

    /// <summary>The node as it is, or where it is a Reshape with sizes among <paramref name="symbols"/> written as numbers, the nodes that replace it.</summary>
    public IEnumerable<Node> Rewrite(Graph graph, Node node, Inference inference, IReadOnlySet<string> symbols)
    {
        if (node.Op != "Reshape" || node.Domain.Length > 0 || _fixed is null || !graph.Constants.TryGetValue(node.Input(1), out var constant)
            || inference[node.Input(0)].Shape is not { } input || !input.Any(dim => !dim.IsKnown && dim.Symbols.Overlaps(symbols))
            || !_fixed.TryGetValue(node.Input(0), out var before) || before.Type.KnownShape is not { } from
            || !_fixed.TryGetValue(node.Output, out var after) || after.Type.KnownShape is not { } to || from.Contains(0))
            return [node];
        var target = constant.ToInts();
        if (Sizes(input, from, to) is not { } sizes) return [node];
        // only numbers that should not be numbers are reason to write anew
        var stale = Enumerable.Range(0, target.Length).Any(axis => target[axis] > 0 && !sizes[axis].Dim.Equals(target[axis]));
        return stale ? Written(graph, node, input, sizes, inference) : [node];
    }

    /// <summary>One size of the target: the product of some neighbouring sizes of the input, divided by a number.</summary>
    private readonly record struct Size(Dim Dim, int First, int Last, long Divisor);

    private static Size[]? Sizes(Dim[] input, long[] from, long[] to)
    {
        var sizes = new Size[to.Length];
        int i = 0, j = 0;
        while (j < to.Length)
        {
            if (i == from.Length)
            {
                if (to[j] != 1) return null;
                sizes[j++] = new(1, 0, 0, 1);
                continue;
            }
            int firstIn = i, firstOut = j;
            var (left, right) = ((Int128)from[i++], (Int128)to[j++]);
            while (left != right)
                if (left < right && i < from.Length) left *= from[i++];
                else if (left > right && j < to.Length) right *= to[j++];
                else return null;
            // ones at the end of the input belong to the last group
            if (j == to.Length) i = from.Length;
            if (!Group(input, firstIn, i, to, firstOut, j, sizes)) return null;
        }
        return sizes;
    }

    private static bool Group(Dim[] input, int firstIn, int endIn, long[] to, int firstOut, int endOut, Size[] sizes)
    {
        var part = input[firstIn..endIn];
        long inner = 1;
        for (var axis = firstOut + 1; axis < endOut; axis++)
        {
            sizes[axis] = new(to[axis], 0, 0, 1);
            inner *= to[axis];
        }
        if (Array.TrueForAll(part, dim => dim.IsKnown))
        {
            sizes[firstOut] = new(to[firstOut], 0, 0, 1);
            return true;
        }
        // split into several, only the outermost can grow, which is right where the sizes that grow are outermost too
        if (endOut - firstOut > 1 && !Array.TrueForAll(part[1..], dim => dim.IsKnown)) return false;
        if (ShapeArithmetic.Size(part)![0].DivideExactly(inner) is not { } outer) return false;
        sizes[firstOut] = new(outer, firstIn, endIn, inner);
        return true;
    }

    private static List<Node> Written(Graph graph, Node node, Dim[] input, Size[] sizes, Inference inference)
    {
        var nodes = new List<Node>();
        var result = node.Clone();
        result.Attributes.Remove("allowzero");
        var open = Enumerable.Range(0, sizes.Length).Where(axis => !sizes[axis].Dim.IsKnown && !(axis < input.Length && input[axis].Equals(sizes[axis].Dim))).ToList();
        if (open.Count <= 1)
        {
            // 0 copies the input's size at that place, -1 takes what is left
            var numbers = sizes.Select((size, axis) => size.Dim.Value ?? (open.Contains(axis) ? -1 : 0)).ToArray();
            result.Inputs[1] = Constant("shape", numbers);
            return [result];
        }
        var parts = new List<string>();
        foreach (var size in sizes)
        {
            if (size.Dim.Value is { } number)
            {
                parts.Add(Constant("size", number));
                continue;
            }
            var part = Add("Shape", node.Input(0));
            (nodes[^1].Attributes["start"], nodes[^1].Attributes["end"]) = ((long)size.First, (long)size.Last);
            if (size.Last - size.First > 1) part = Add("ReduceProd", part);
            if (size.Divisor > 1) part = Add("Div", part, Constant("divisor", size.Divisor));
            parts.Add(part);
        }
        result.Inputs[1] = Add("Concat", [.. parts]);
        nodes[^1].Attributes["axis"] = 0L;
        nodes.Add(result);
        return nodes;

        string Constant(string stem, params long[] values)
        {
            var name = graph.AddConstant($"{node.Output}/{stem}", Tensor.Ints(values));
            inference.Add(name, graph.Constants[name]);
            return name;
        }

        string Add(string op, params string[] inputs)
        {
            var output = graph.Fresh($"{node.Output}/{op}");
            nodes.Add(new Node(op, inputs, [output]) { Name = output });
            return output;
        }
    }
}
