using Reverie.Onnx;

namespace Reverie.Tests.References;

/// <summary>A network without kinks, in which no rounding can flip a mask or a winner: ReLU becomes Softplus, MaxPool becomes AveragePool.</summary>
internal static class SmoothTwin
{
    public static Graph Of(Graph graph)
    {
        var twin = graph.Clone();
        foreach (var node in twin.Nodes)
            if (node.Op == "Relu") node.Op = "Softplus";
            else if (node.Op == "MaxPool")
            {
                node.Op = "AveragePool";
                node.Attributes.Remove("storage_order");
                node.Attributes.Remove("dilations");
            }
        return twin;
    }
}
