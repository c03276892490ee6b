using Reverie.Onnx;

namespace Reverie.Tests.References;

/// <summary>
/// A network without kinks, in which no rounding can flip a mask or a winner: ReLU becomes Softplus, MaxPool becomes AveragePool, and gates that are straight lines
/// become the curves that they imitate.
/// </summary>
internal static class SmoothTwin
{
    public static Graph Of(Graph graph)
    {
        var twin = graph.Clone();
        foreach (var node in twin.Nodes)
            if (node.Op == "Relu") node.Op = "Softplus";
            else if (node.Op == "HardSwish") node.Op = "Mish";
            else if (node.Op == "HardSigmoid")
            {
                node.Op = "Sigmoid";
                node.Attributes.Clear();
            }
            else if (node.Op == "Clip" && graph.TypeOf(node.Inputs[0])?.Element == ElementType.Float)
            {
                node.Op = "Softplus";
                node.Inputs.RemoveRange(1, node.Inputs.Count - 1);
            }
            else if (node.Op == "MaxPool")
            {
                node.Op = "AveragePool";
                node.Attributes.Remove("storage_order");
                node.Attributes.Remove("dilations");
            }
        return twin;
    }
}
