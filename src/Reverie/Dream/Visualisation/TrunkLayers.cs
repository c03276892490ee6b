using Reverie.Models;

namespace Reverie.Dream.Visualisation;

/// <summary>The layers of a network's trunk: tensors through which all must pass on the way to the output, so that nothing goes around them.</summary>
public static class TrunkLayers
{
    // what only rearranges or rescales shows the features of the layer before it
    private static readonly HashSet<string> Features = ["Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Gelu", "HardSwish", "Clip", "Concat", "Add", "Mul", "Sum", "Sigmoid", "Mish", "Softplus"];

    /// <summary>The trunk's layers with places and channels, from the lowest to the highest.</summary>
    public static IReadOnlyList<string> Of(Network network)
    {
        var graph = network.Graph;
        var lastRead = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < graph.Nodes.Count; index++)
            foreach (var input in graph.Nodes[index].Inputs) lastRead[input] = index;
        foreach (var output in graph.Outputs) lastRead[output.Name] = int.MaxValue;
        var dependent = new HashSet<string>(StringComparer.Ordinal) { network.Input };
        var (open, trunk) = (new HashSet<string>(StringComparer.Ordinal) { network.Input }, new List<string>());
        for (var index = 0; index < graph.Nodes.Count; index++)
        {
            var node = graph.Nodes[index];
            if (!node.Inputs.Exists(dependent.Contains)) continue;
            dependent.UnionWith(node.Outputs.Where(output => output.Length > 0));
            open.UnionWith(node.Outputs.Where(output => output.Length > 0 && lastRead.GetValueOrDefault(output, -1) > index));
            open.RemoveWhere(tensor => lastRead.GetValueOrDefault(tensor, -1) <= index);
            if (open.Count == 1 && open.Contains(node.Output) && Features.Contains(node.Op)
                && graph.TypeOf(node.Output)?.Shape is [_, { Value: > 2 }, var height, var width] && height.Value != 1 && width.Value != 1)
                trunk.Add(node.Output);
        }
        return trunk;
    }

    /// <summary>Some of them, spread from the lowest to the highest.</summary>
    public static IReadOnlyList<string> Of(Network network, int count)
    {
        var trunk = Of(network);
        if (trunk.Count <= count) return trunk;
        return [.. Enumerable.Range(0, count).Select(index => trunk[count == 1 ? trunk.Count - 1 : (int)Math.Round((double)index * (trunk.Count - 1) / (count - 1))])];
    }
}
