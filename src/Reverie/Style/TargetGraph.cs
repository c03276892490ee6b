using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Style;

/// <summary>Graphs that compute what layers are compared with: activations and moments of a picture, and roots of covariances.</summary>
internal static class TargetGraph
{
    /// <summary>The input [...,N,N] and the output of the same shape of <see cref="BuildRoot"/>.</summary>
    public const string Matrix = "matrix", Root = "root";

    /// <summary>The output [N,N], or [R,N,N], with a layer's second moments.</summary>
    public static string Second(string layer) => $"target/second/{layer}";

    /// <summary>The output [N,1], or [R,N,1], with a layer's means.</summary>
    public static string Mean(string layer) => $"target/mean/{layer}";

    /// <summary>Builds the graph of a picture's targets.</summary>
    /// <param name="graph">The network's.</param>
    /// <param name="activations">Layers whose activations are outputs, under their own names.</param>
    /// <param name="moments">Layers whose moments are outputs.</param>
    /// <param name="regions">The number of regions, each with a mask; 0 for whole layers.</param>
    public static Graph Build(Graph graph, IReadOnlyCollection<string> activations, IReadOnlyCollection<string> moments, int regions = 0)
    {
        var work = graph.Cut(activations.Union(moments), keepInputs: true);
        ShapeInference.Infer(work);
        var emitter = new Emitter(work) { Prefix = "target" };
        var outputs = activations.ToList();
        foreach (var layer in moments)
        {
            var mask = Value.None;
            if (regions > 0)
            {
                work.Inputs.Add(new(StyleGraph.Mask(layer), new TensorType(ElementType.Float, [regions, 1, TermWriter.Places(emitter, layer)])));
                work.Refresh();
                mask = emitter[StyleGraph.Mask(layer)];
            }
            var found = FeatureMoments.Write(emitter, layer, mask);
            Name(found.Second, Second(layer));
            Name(found.Mean, Mean(layer));
        }
        work.Refresh();
        return work.Cut(outputs, keepInputs: true);

        void Name(Value value, string output)
        {
            work.Nodes.Add(new Node("Identity", [value.Name], [output]));
            outputs.Add(output);
        }
    }

    /// <summary>Builds the graph of a square root: of <see cref="Matrix"/> [N,N] or [R,N,N], plus a ridge.</summary>
    public static Graph BuildRoot(int channels, int regions)
    {
        var graph = new Graph { Name = "root" };
        Dim[] shape = regions > 0 ? [regions, channels, channels] : [channels, channels];
        graph.Inputs.Add(new(Matrix, new TensorType(ElementType.Float, shape)));
        var emitter = new Emitter(graph) { Prefix = "root" };
        var unit = emitter.Constant("unit", TermWriter.Unit(channels));
        var root = MatrixRoot.Write(emitter[Matrix] + unit * MatrixRoot.Ridge, unit).Root;
        graph.Nodes.Add(new Node("Identity", [root.Name], [Root]));
        graph.Refresh();
        return graph.Cut([Root], keepInputs: true);
    }
}
