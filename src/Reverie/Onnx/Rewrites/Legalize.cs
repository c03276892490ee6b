namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Turns a canonical graph into one that holds operators of opset 18 only, for ONNX Runtime. The one canonical operator beyond opset 18 is
/// <c>Gelu</c> (Hendrycks and Gimpel, arXiv 1606.08415), which is written out here; everything else stays.
/// </summary>
public static class Legalize
{
    /// <summary>The graph with every Gelu written out: x/2 (1 + erf(x/sqrt 2)), or x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) where it is approximate.</summary>
    /// <param name="graph">A canonical graph; it is not changed.</param>
    /// <returns>The graph itself where nothing is to be done, otherwise a changed copy.</returns>
    public static Graph Apply(Graph graph)
    {
        if (!graph.Nodes.Any(IsGelu)) return graph;
        var legal = graph.Clone();
        var writer = new Writer(legal);
        foreach (var node in graph.Nodes)
            if (!IsGelu(node)) writer.Nodes.Add(node.Clone());
            else if (node.String("approximate", "none") == "tanh") writer.Tanh(node);
            else writer.Erf(node);
        legal.ReplaceNodes(writer.Nodes);
        return legal;
    }

    private static bool IsGelu(Node node) => node.Op == "Gelu" && node.Domain.Length == 0;

    private sealed class Writer(Graph graph)
    {
        public List<Node> Nodes { get; } = [];

        // The order of operands is the one that ONNX Runtime's own fusion knows.
        public void Erf(Node gelu)
        {
            var x = gelu.Input(0);
            var erf = Add(gelu, "Erf", "erf", Add(gelu, "Div", "scaled", x, Constant(x, Math.Sqrt(2))));
            Finish(gelu, Add(gelu, "Add", "shifted", erf, Constant(x, 1)));
        }

        public void Tanh(Node gelu)
        {
            var x = gelu.Input(0);
            var cube = Add(gelu, "Mul", "cube", Add(gelu, "Mul", "square", x, x), x);
            var inner = Add(gelu, "Add", "inner", x, Add(gelu, "Mul", "small", cube, Constant(x, 0.044715)));
            var tanh = Add(gelu, "Tanh", "tanh", Add(gelu, "Mul", "scaled", inner, Constant(x, Math.Sqrt(2 / Math.PI))));
            Finish(gelu, Add(gelu, "Add", "shifted", tanh, Constant(x, 1)));
        }

        private void Finish(Node gelu, string factor)
        {
            var x = gelu.Input(0);
            Nodes.Add(new Node("Mul", [Add(gelu, "Mul", "product", x, factor), Constant(x, 0.5)], [gelu.Output]) { Name = gelu.Name });
        }

        private string Add(Node gelu, string op, string stem, params string[] inputs)
        {
            var output = graph.Fresh($"{gelu.Output}/gelu/{stem}");
            Nodes.Add(new Node(op, inputs, [output]) { Name = output });
            return output;
        }

        private string Constant(string like, double value) => graph.AddConstant("gelu/constant",
            graph.TypeOf(like)?.Element == ElementType.Double ? Tensor.Of([value]) : Tensor.Scalar(value));
    }
}
