using CsCheck;
using Reverie.Autodiff;
using Reverie.Axioms;
using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Axioms;

/// <summary>Small networks with all that rewrites look for, at random sizes.</summary>
internal static class LabNetworks
{
    public const int Side = 10;

    /// <summary>What a random network is made of.</summary>
    public sealed record Plan(int Width, int Branch, bool Normalised, bool Depthwise, int Kernel, int Stride, int Pad, bool Ceil, bool Capped, bool Flat, ulong Seed);

    public static Gen<Plan> Plans { get; } =
        from width in Gen.Int[2, 6]
        from branch in Gen.Int[1, 4]
        from normalised in Gen.Bool
        from depthwise in Gen.Bool
        from kernel in Gen.Int[2, 3]
        from stride in Gen.Int[1, 2]
        from pad in Gen.Int[0, 1]
        from ceil in Gen.Bool
        from capped in Gen.Bool
        from flat in Gen.Bool
        from seed in Gen.ULong[0, 1000]
        select new Plan(width, branch, normalised, depthwise, kernel, stride, pad, ceil, capped, flat, seed);

    /// <summary>Convolution (normalised), ReLU, perhaps one filter per channel, pool, two branches that are concatenated, pool or Flatten, logits.</summary>
    public static (Graph Graph, string Logits) Build(Plan plan)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("image", new(ElementType.Float, [Dim.Symbol("N"), Dim.Of(3), Dim.Of(Side), Dim.Of(Side)])));
        var e = new Emitter(graph) { Prefix = "net" };
        var random = new CounterRandom(plan.Seed, 5);
        var x = Rectified(Convolution(e["image"], 3, plan.Width, 3, 1));
        if (plan.Depthwise) x = Rectified(Normal(e.Op("Conv", [x, Weights([plan.Width, 1, 3, 3], 0.5), Weights([plan.Width], 0.2)], ("pads", new long[] { 1, 1, 1, 1 }), ("group", (long)plan.Width)), plan.Width));
        x = e.Op("MaxPool", [x], ("kernel_shape", new long[] { plan.Kernel, plan.Kernel }), ("strides", new long[] { plan.Stride, plan.Stride }),
            ("pads", new long[] { plan.Pad, plan.Pad, plan.Pad, plan.Pad }), ("ceil_mode", plan.Ceil ? 1L : 0L));
        x = e.Op("Concat", [Rectified(Convolution(x, plan.Width, plan.Branch, 1, 0)), Rectified(Convolution(x, plan.Width, plan.Width, 3, 1))], ("axis", 1));
        var channels = plan.Branch + plan.Width;
        Value features;
        graph.Refresh();
        graph.Outputs.Add(new(x.Name, new(ElementType.Float, null)));
        ShapeInference.Infer(graph);
        if (plan.Flat)
        {
            var shape = graph.TypeOf(x.Name)!.Shape!;
            channels *= (int)(shape[2].Value!.Value * shape[3].Value!.Value);
            features = x.Apply("Flatten");
        }
        else features = x.Apply("GlobalAveragePool").Apply("Flatten");
        var hidden = e.Op("Gemm", [features, Weights([5, channels], 1 / Math.Sqrt(channels)), Weights([5], 0.2)], ("transB", 1L)).Apply("Relu");
        var logits = e.Op("Gemm", hidden, Weights([5, 4], 0.5), Weights([4], 0.2));
        // exporters name operators, and ONNX Runtime wants the names to differ
        for (var index = 0; index < graph.Nodes.Count; index++) graph.Nodes[index].Name = $"node_{index}";
        graph.Outputs.Clear();
        graph.Outputs.Add(new(logits.Name, new(ElementType.Float, null)));
        graph.Refresh();
        ShapeInference.Infer(graph);
        return (graph, logits.Name);

        Value Rectified(Value value) => plan.Capped ? e.Op("Clip", value, e.Scalar(0), e.Scalar(6)) : value.Apply("Relu");

        Value Convolution(Value value, int from, int to, int kernel, int pad) =>
            Normal(e.Op("Conv", [value, Weights([to, from, kernel, kernel], 1.4 / Math.Sqrt(from * kernel * kernel)), Weights([to], 0.2)], ("pads", new long[] { pad, pad, pad, pad })), to);

        Value Normal(Value value, int count) =>
            plan.Normalised ? e.Op("BatchNormalization", [value, Weights([count], 0.3, 1), Weights([count], 0.2), Weights([count], 0.2), Weights([count], 0.1, 1)], ("epsilon", 1e-5f)) : value;

        Value Weights(long[] shape, double deviation, double mean = 0)
        {
            var values = new float[Tensor.CountOf(shape)];
            random.FillNormal(values, (float)mean, (float)deviation);
            return e.Constant("w", Tensor.Of<float>(values, shape));
        }
    }

    /// <summary>A picture of noise.</summary>
    public static Signal Noise(ulong seed)
    {
        var values = new double[3 * Side * Side];
        var random = new CounterRandom(seed, 9);
        for (var index = 0; index < values.Length; index++) values[index] = (float)random.Normal();
        return new(values, [1, 3, Side, Side]);
    }

    /// <summary>A question about the first logit.</summary>
    public static LabQuestion Question((Graph Graph, string Logits) network, string name = "random") => new()
    {
        Name = name,
        Label = "logit 0",
        Function = TargetFunction.Element(network.Graph, network.Logits, 0),
        Second = TargetFunction.Element(network.Graph, network.Logits, 1),
        Both = TargetFunction.Combination(network.Graph, network.Logits, ([0L], 1), ([1L], 1)),
        Input = Noise(1),
        Baseline = Noise(2),
    };
}
