using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Axioms;

/// <summary>New functions made of a network, on which an axiom says what attributions must be.</summary>
internal static class Constructions
{
    /// <summary>F(u, v) = f((u + v) / 2): two inputs that f treats alike. The network's own input becomes a computed tensor.</summary>
    public static Graph Duplicated(Graph graph)
    {
        var work = graph.Clone();
        var input = work.Inputs[0];
        var (u, v) = (work.Fresh($"{input.Name}/u"), work.Fresh($"{input.Name}/v"));
        work.Inputs.Clear();
        work.Inputs.AddRange([input with { Name = u }, input with { Name = v }]);
        return Begin(work, input.Name, e => (e[u] + e[v]) * 0.5);
    }

    /// <summary>
    /// The network with one channel more, which it does not look at; with a ghost path, what is made of that channel is added and taken away again.
    /// Null where the network does not begin with convolutions of constant weights on [N,C,H,W].
    /// </summary>
    public static Graph? Dummy(Graph graph, bool ghost, CounterRandom random)
    {
        if (graph.Inputs is not [var input] || input.Type.Shape is not [var items, { Value: { } channels }, var height, var width]) return null;
        var work = graph.Clone();
        var readers = work.Nodes.Where(node => node.Inputs.Contains(input.Name)).ToList();
        if (readers.Exists(node => node.Op != "Conv" || node.Input(0) != input.Name || node.Int("group", 1) != 1 || !work.Constants.ContainsKey(node.Input(1)))) return null;
        work.Inputs[0] = input with { Type = input.Type with { Shape = [items, Dim.Of(channels + 1), height, width] } };
        work.Types.Remove(input.Name);
        foreach (var node in readers)
        {
            var (weights, shape) = (work.Constants[node.Input(1)].ToDoubles(), work.Constants[node.Input(1)].Shape.ToArray());
            var area = (int)(shape[2] * shape[3]);
            var wider = new double[shape[0] * (channels + 1) * area];
            for (var filter = 0; filter < shape[0]; filter++)
                weights.AsSpan(filter * (int)channels * area, (int)channels * area).CopyTo(wider.AsSpan(filter * (int)(channels + 1) * area));
            node.Inputs[1] = work.AddConstant($"axioms/dummy/{node.Output}", Tensor.Of<double>(wider, shape[0], channels + 1, shape[2], shape[3]));
        }
        work.Refresh();
        if (ghost) Haunt(work, readers[0], (int)channels, random);
        ShapeInference.Infer(work);
        return work;
    }

    /// <summary>F(x) = f(x) + f(x mirrored): a function that treats left and right alike.</summary>
    public static Graph Mirrored(Graph graph, string target, int widthAxis)
    {
        var work = graph.Clone();
        var input = work.Inputs[0].Name;
        var computed = work.Nodes.SelectMany(node => node.Outputs).Where(output => output.Length > 0).ToHashSet(StringComparer.Ordinal);
        var flipped = new List<Node>();
        var emitter = new Emitter(work, flipped) { Prefix = "axioms/mirror" };
        var mirror = emitter.Op("Slice", emitter[input], emitter.Ints(-1), emitter.Ints(long.MinValue + 1), emitter.Ints(widthAxis), emitter.Ints(-1)).Name;
        foreach (var node in work.Nodes)
        {
            var twin = node.Clone();
            // ONNX Runtime refuses two operators of one name
            if (twin.Name.Length > 0) twin.Name = Name(twin.Name);
            for (var index = 0; index < twin.Inputs.Count; index++)
                if (twin.Inputs[index] == input) twin.Inputs[index] = mirror;
                else if (computed.Contains(twin.Inputs[index])) twin.Inputs[index] = Name(twin.Inputs[index]);
            for (var index = 0; index < twin.Outputs.Count; index++)
                if (twin.Outputs[index].Length > 0) twin.Outputs[index] = Name(twin.Outputs[index]);
            flipped.Add(twin);
        }
        // the sum takes the target's name, so that what is explained stays what it was
        var plain = $"mirror/of/{target}";
        foreach (var node in work.Nodes)
        {
            for (var index = 0; index < node.Outputs.Count; index++)
                if (node.Outputs[index] == target) node.Outputs[index] = plain;
            for (var index = 0; index < node.Inputs.Count; index++)
                if (node.Inputs[index] == target) node.Inputs[index] = plain;
        }
        work.ReplaceNodes([.. work.Nodes, .. flipped, new("Add", [plain, Name(target)], [target])]);
        ShapeInference.Infer(work);
        return work;

        static string Name(string tensor) => $"mirror/{tensor}";
    }

    /// <summary>
    /// F(x) = f(limit - ReLU(limit - x)): the network sees nothing of what lies above a limit. The counterexample T1, put before a real network: where x is above, f no longer changes with x,
    /// though it changed on the way there.
    /// </summary>
    public static Graph Saturated(Graph graph, double limit)
    {
        var work = graph.Clone();
        var input = work.Inputs[0];
        var raw = work.Fresh($"{input.Name}/raw");
        work.Inputs[0] = input with { Name = raw };
        return Begin(work, input.Name, e => limit - (limit - e[raw]).Apply("Relu"));
    }

    // An operator before all others that writes the network's old input.
    private static Graph Begin(Graph work, string input, Func<Emitter, Value> write)
    {
        var first = new List<Node>();
        work.Refresh();
        var value = write(new Emitter(work, first) { Prefix = "axioms" });
        first[^1].Outputs[0] = first[^1].Output == value.Name ? input : throw new InvalidOperationException("the last operator must write the input");
        work.ReplaceNodes([.. first, .. work.Nodes]);
        ShapeInference.Infer(work);
        return work;
    }

    private static void Haunt(Graph work, Node node, int dummy, CounterRandom random)
    {
        var shape = work.Constants[node.Input(1)].Shape.ToArray();
        var (values, area) = (new double[Tensor.CountOf(shape)], (int)(shape[2] * shape[3]));
        var size = RewriteContext.Rms(work.Constants[node.Input(1)].ToDoubles());
        for (var filter = 0; filter < shape[0]; filter++)
            for (var tap = 0; tap < area; tap++) values[(filter * (int)shape[1] + dummy) * area + tap] = size * random.Normal();
        var nodes = new List<Node>();
        var emitter = new Emitter(work, nodes) { Prefix = "axioms/ghost" };
        foreach (var each in work.Nodes)
        {
            nodes.Add(each);
            if (each != node) continue;
            var (output, plain) = (node.Output, emitter.Fresh("plain"));
            node.Outputs[0] = plain;
            var sum = emitter[plain] + (Ghost("one") - Ghost("other"));
            nodes[^1].Outputs[0] = nodes[^1].Output == sum.Name ? output : throw new InvalidOperationException("the sum must come last");
        }
        work.ReplaceNodes(nodes);

        // two constants, or a compiler would see that both are the same
        Value Ghost(string which)
        {
            // of the input itself: the node's first input
            Value[] inputs = [emitter[node.Input(0)], emitter.Constant(which, Tensor.Of<double>((double[])values.Clone(), shape))];
            return emitter.Op("Conv", inputs, RewriteContext.Attributes(node)).Apply("Relu");
        }
    }
}
