using Reverie.Autodiff;
using Reverie.Autodiff.Linear;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>The graph of FullGrad: a map for each part of f(x) that has places, [N,1,h,w], and the sum of every part, [N].</summary>
internal sealed record FullGradGraph(BackwardGraph Backward, IReadOnlyList<string> Maps, IReadOnlyList<string> Totals)
{
    // Piecewise linear without an offset: their output is their derivative times their input.
    private static readonly HashSet<string> Homogeneous =
    [
        "Relu", "LeakyRelu", "PRelu", "Abs", "Neg", "Identity", "Dropout", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split", "Slice", "Gather", "GatherElements",
        "GatherND", "Expand", "Tile", "DepthToSpace", "SpaceToDepth", "MaxPool", "GlobalMaxPool", "AveragePool", "GlobalAveragePool", "Resize", "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin",
        "Sum", "Mean", "Max", "Min", "ReduceL1", "ReduceL2", "Where",
    ];

    public static FullGradGraph Build(Graph graph, string target, string input, bool channelsLast)
    {
        var work = graph.Cut([target], keepInputs: true);
        ShapeInference.Infer(work);
        var forward = work.Nodes.ToList();
        var changing = new HashSet<string>(StringComparer.Ordinal) { input };
        foreach (var node in forward)
            if (node.Inputs.Any(changing.Contains) && !RuleTable.Gradient.Stops.Contains(node.Op)) changing.UnionWith(node.Outputs);
        var biased = forward.Where(node => changing.Contains(node.Output) && !Homogeneous.Contains(node.Op) && !RuleTable.Gradient.Stops.Contains(node.Op)).ToList();
        List<string> tensors = [input, .. biased.Select(node => node.Output)];
        var cotangent = work.Fresh("cotangent");
        work.Inputs.Add(new(cotangent, work.TypeOf(target) ?? new TensorType(ElementType.Float, null)));
        var seed = new Emitter(work) { Prefix = "seed" }[cotangent].Apply("Identity");
        work.Refresh();
        var found = Differentiator.Append(work, new Dictionary<string, string> { [target] = seed.Name }, tensors, RuleTable.Gradient);
        var emitter = new Emitter(work) { Prefix = "parts" };
        var (maps, totals) = (new List<string>(), new List<string>());
        var x = emitter[input];
        Part(x * emitter[found[input]], emitter.RankOf(input), channelsLast ? 3 : 1);
        foreach (var node in biased)
            if (Bias(node, emitter, emitter[found[node.Output]], changing) is { } part) Part(part, emitter.RankOf(node.Output), 1);
        work.Refresh();
        work.Sort();
        string gradient = found[input];
        return new(new(work.Cut([.. new[] { target, gradient }.Concat(maps).Concat(totals).Distinct()], keepInputs: true), cotangent, [gradient]), maps, totals);

        void Part(Value part, int rank, int channelAxis)
        {
            if (rank == 4)
            {
                // sizes over all of an item brought to [0, 1], then summed over channels
                var size = part.Apply("Abs");
                var (low, high) = (Over("ReduceMin", size, 1, 2, 3), Over("ReduceMax", size, 1, 2, 3));
                var range = high - low;
                var scaled = (size - low) / range.EqualTo(emitter.Scalar(0)).Choose(1, range);
                var map = scaled.Sum(channelAxis);
                maps.Add(channelAxis == 1 ? map.Name : map.Transpose(0, 3, 1, 2).Name);
            }
            totals.Add(rank == 1 ? part.Apply("Identity").Name : emitter.Op("ReduceSum", [part, emitter.Ints([.. Enumerable.Range(1, rank - 1).Select(axis => (long)axis)])], ("keepdims", 0)).Name);
        }

        Value Over(string op, Value value, params long[] axes) => emitter.Op(op, [value, emitter.Ints(axes)], ("keepdims", 1));
    }

    // What a node adds to f that is no input times its derivative; null for nothing.
    private static Value? Bias(Node node, Emitter e, Value dy, HashSet<string> changing)
    {
        var (y, given) = (e[node.Output], new List<(string Input, Value Value)>());
        var c = new RuleContext(node, e, changing.Contains, output => output == node.Output ? dy : null, (input, value) => given.Add((input, value)));
        if (LinearOperator.Of(c) is { } layer) return layer.Bias is { } bias ? dy * bias : null;
        switch (node.Op)
        {
            case "Add" or "Sub":
                var constant = Enumerable.Range(0, 2).Where(index => !changing.Contains(node.Inputs[index])).ToList();
                return constant is [var only] ? node.Op == "Sub" && only == 1 ? -(dy * e[node.Inputs[only]]) : dy * e[node.Inputs[only]] : null;
            case "Mul": return node.Inputs.All(changing.Contains) ? -(dy * y) : null;
            case "Div": return changing.Contains(node.Inputs[1]) ? changing.Contains(node.Inputs[0]) ? dy * y : dy * y * 2 : null;
        }
        var rule = RuleTable.Gradient[node.Op] ?? throw c.Refusal("it has no gradient");
        rule(c);
        // what the rule shares with another way of computing the same output
        if (c.Replacement is { } shared) e.Nodes.AddRange(shared.Where(each => !each.Outputs.Contains(node.Output)));
        if (given.Exists(each => each.Input != node.Inputs[0]) || given.Count == 0) throw c.Refusal("FullGrad knows no bias of it");
        var derived = given.Select(each => each.Value).Aggregate((sum, next) => sum + next);
        return e.RankOf(node.Output) == e.RankOf(node.Inputs[0]) ? dy * y - derived * e[node.Inputs[0]] : throw c.Refusal("FullGrad knows no bias of it");
    }
}
