using Reverie.Models;
using Reverie.Onnx;

namespace Reverie.Dream.Presets;

/// <summary>The presets of each network, from its low layers to its high ones.</summary>
public static class DreamPresets
{
    // Told by layers and not by hashes: a network trained anew keeps its layers' characters, by and large.
    private static readonly (string[] Layers, IReadOnlyList<DreamPreset> Presets)[] Families =
    [
        (["inception_3a/output", "inception_4c/output", "pool1/norm1"], GoogLeNetPresets.All),
        (["fire2/concat", "fire9/concat"], SqueezeNetPresets.All),
        (["relu1_2", "relu2_2", "relu3_2", "relu4_3", "relu5_3"], ReveriePresets.All),
    ];

    /// <summary>The presets of a network; none for networks that were not tried.</summary>
    public static IReadOnlyList<DreamPreset> For(Network network) =>
        Families.FirstOrDefault(family => family.Layers.All(network.IsLayer)).Presets ?? [];

    /// <summary>A preset of a network by its name.</summary>
    /// <exception cref="ReverieException">There is none of that name; the message lists those that there are.</exception>
    public static DreamPreset Find(Network network, string name)
    {
        var presets = For(network);
        if (presets.Count == 0) throw new ReverieException($"there are no presets for {network.Name}; say what is to dream with --layer");
        return presets.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ReverieException($"{Names.Unknown("preset", name, presets.Select(preset => preset.Name))} ('reverie presets' lists all)");
    }
}
