using System.Text.Json;
using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Bench.Zoo;

/// <summary>Compares our gradients of one architecture with PyTorch's float64 gradients, in a process of its own.</summary>
internal static class ZooCheck
{
    // Exactness shows on any picture; the lowering to slices and matrix products takes too long for all.
    private const int ExactInputs = 2;

    /// <summary>Prints the row of the table, without timings, as one line of JSON.</summary>
    public static void Run(ZooNetwork zoo, int threads)
    {
        var errors = new Dictionary<string, double[]>();
        double worst = 0;
        var (nodes, gradientNodes) = (0, 0);
        foreach (var form in (string[])["plain", "folded"])
        {
            var graph = CanonicalModel.Load(zoo.Model(form)).Sizes.Graph;
            foreach (var tensor in ZooNetwork.Tensors)
            {
                var product = VectorJacobian.Build(graph, graph.Resolve(tensor));
                if (form == "plain" && tensor == "logits") (nodes, gradientNodes) = (graph.Nodes.Count, product.Graph.Nodes.Count);
                if (form == "plain") worst = Math.Max(worst, Errors(zoo, product, Float64Lowering.Lower, tensor, Math.Min(ExactInputs, zoo.Inputs), threads).Max());
                errors[$"{form} {tensor}"] = Errors(zoo, product, same => same, tensor, zoo.Inputs, threads);
            }
        }
        var row = new ZooRow
        {
            Name = zoo.Name,
            Size = zoo.Size,
            Parameters = zoo.Parameters,
            Nodes = nodes,
            GradientNodes = gradientNodes,
            Inputs = zoo.Inputs,
            Float64Error = worst,
            Float32Errors = errors,
            PyTorchFloat32Errors = ((string[])[.. ZooNetwork.Tensors, ZooNetwork.FoldedLogits]).ToDictionary(tensor => tensor, zoo.TheirErrors),
        };
        Console.WriteLine(JsonSerializer.Serialize(row, Measurement.Json));
    }

    private static double[] Errors(ZooNetwork zoo, VectorJacobian product, Func<Graph, Graph> lower, string tensor, int inputs, int threads)
    {
        var graph = lower(product.Graph);
        var isDouble = graph.Inputs[0].Type.Element == ElementType.Double;
        using var compiled = CompiledGraph.Compile(graph, new() { Threads = threads });
        long[] shape = [1, 3, zoo.Size, zoo.Size];
        var size = ShapeInference.Resolve(graph, new Dictionary<string, long[]> { [product.Input] = shape })[product.Value];
        return [.. Enumerable.Range(0, inputs).Select(input =>
        {
            var x = Array.ConvertAll(zoo.Input(input), value => (double)value);
            var cotangent = new double[Tensor.CountOf(size)];
            if (tensor == "logits") cotangent[zoo.Index(input)] = 1;
            else cotangent = Evaluate(x, cotangent).Value;
            return Comparison.Difference(Evaluate(x, cotangent).Gradient, zoo.Gradient(tensor, input));
        })];

        (double[] Value, double[] Gradient) Evaluate(double[] x, double[] cotangent)
        {
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [product.Input] = Of(x, shape), [product.Cotangent] = Of(cotangent, size) });
            return (results[product.Value].ToDoubles(), results[product.Gradient].ToDoubles());
        }

        RuntimeTensor Of(double[] values, long[] dims) =>
            isDouble ? RuntimeTensor.Of(values, dims) : RuntimeTensor.Of(Array.ConvertAll(values, value => (float)value), dims);
    }
}
