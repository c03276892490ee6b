using System.Collections.Frozen;

namespace Reverie.Onnx.Upgrade;

/// <summary>
/// Says a model of any supported opset in the canonical one: standard operators of opset 18 (and Gelu of opset 20), in float32.
/// Newer models come down to it, older ones up. Every tensor keeps its name.
/// </summary>
public static class OpsetUpgrade
{
    private static readonly FrozenDictionary<(string, string), OperatorUpgrade[]> Known = ((IEnumerable<OperatorUpgrade>)
    [
        .. InputUpgrades.All, .. ResizeUpgrades.All, .. SoftmaxUpgrades.All, .. NormalizationUpgrades.All,
        .. ActivationUpgrades.All, .. PoolingUpgrades.All, .. PaddingUpgrades.All, .. RenamingUpgrades.All,
    ]).GroupBy(upgrade => (upgrade.Domain, upgrade.Op)).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>The model in the canonical operator set; the given one, which <see cref="Schema.ModelValidator.Check"/> must have passed, is not changed.</summary>
    /// <exception cref="ReverieException">A node cannot be said in the canonical operator set; the message names it.</exception>
    public static Model ToCanonical(Model model) => ToCanonical(model, out _);

    /// <summary>The same, and what the user ought to know about it, in one sentence each.</summary>
    public static Model ToCanonical(Model model, out IReadOnlyList<string> notes)
    {
        var graph = model.Graph.Clone();
        var context = new UpgradeContext(graph, model.Opset);
        foreach (var node in graph.Nodes)
        {
            var upgrades = Known.GetValueOrDefault((node.Domain, node.Op), []);
            if (Array.Find(upgrades, upgrade => model.Opset >= upgrade.From && model.Opset <= upgrade.To) is { } needed) needed.Rewrite(context, node);
            else context.Add(node);
        }
        graph.ReplaceNodes(context.Nodes);
        ForgetRepeatedNames(graph);
        // what the file claims about inner tensors is neither checked nor, after rewriting, true of all of them
        graph.Types.Clear();
        var types = SinglePrecision.Apply(graph);
        notes = [.. types.Select(type => $"the model computes in {Say(type)}; Reverie computes it in float32")];
        var canonical = new Model { IrVersion = 8, Opset = Model.CanonicalOpset, Producer = model.Producer, Graph = graph };
        foreach (var (key, value) in model.Metadata) canonical.Metadata[key] = value;
        foreach (var (location, content) in model.ExternalFiles) canonical.ExternalFiles[location] = content;
        return canonical;
    }

    // Names of nodes say nothing to the computation, but ONNX Runtime refuses a graph that repeats one.
    private static void ForgetRepeatedNames(Graph graph)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
            if (!seen.Add(node.Name)) node.Name = "";
    }

    private static string Say(ElementType type) => type switch { ElementType.Float16 => "float16", ElementType.BFloat16 => "bfloat16", _ => "float64" };
}
