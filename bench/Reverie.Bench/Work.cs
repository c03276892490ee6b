using Reverie.Models;
using Reverie.Tensors;

namespace Reverie.Bench;

/// <summary>One thing to measure: the gradient of 1/2 sum a^2 of a tensor with respect to a network's input, or a step of DeepDream by it.</summary>
/// <param name="Name">How the command line and the report call it.</param>
/// <param name="Group">The kind of work it belongs to.</param>
/// <param name="Model">The file's name under shared/models; null for the VGG-19-shaped network that make_vgg19.py writes.</param>
/// <param name="Target">The tensor a.</param>
/// <param name="Size">Height and width of the input.</param>
/// <param name="Large">Whether it is measured only with --large.</param>
internal sealed record Work(string Name, string Group, string? Model, string Target, int Size, bool Large = false)
{
    public static IReadOnlyList<Work> All { get; } =
    [
        new("vgg19-512", "gradient", null, "conv5_1", 512),
        new("googlenet-512", "gradient", "googlenet.onnx", "inception_4c/output", 512),
        new("googlenet-1024", "gradient", "googlenet.onnx", "inception_4c/output", 1024, Large: true),
        new("squeezenet-512", "gradient", "squeezenet1.1.onnx", "fire5/concat", 512),
        new("vgg19-16x-512", "gradient", "vgg19-16x.onnx", "relu4_1", 512),
        new("reverie-s-512", "gradient", "reverie-s.onnx", "relu5_3", 512),
        new("dream-512", Dream, "googlenet.onnx", "inception_4c/output", 512),
        new("dream-1024", Dream, "googlenet.onnx", "inception_4c/output", 1024),
    ];

    private const string Dream = "dream";

    /// <summary>Whether whole steps of DeepDream are measured, and not the gradient alone.</summary>
    public bool IsDream => Group == Dream;

    /// <summary>The works asked for by name or by group; all but the large ones where none is.</summary>
    /// <exception cref="ReverieException">A name is neither.</exception>
    public static IReadOnlyList<Work> Select(IReadOnlyCollection<string> names, bool large)
    {
        foreach (var name in names)
            if (!All.Any(work => work.Name == name || work.Group == name))
                throw new ReverieException($"no work or group of works is called '{name}'; there are: {string.Join(", ", All.Select(work => work.Group).Distinct())}, {StartTimes.Group}; {string.Join(", ", All.Select(work => work.Name))}");
        return [.. All.Where(work => names.Contains(work.Name) || ((names.Count == 0 || names.Contains(work.Group)) && (large || !work.Large)))];
    }

    /// <summary>What black and full intensity are in the network's input, per channel: between these a dream is clipped.</summary>
    public static (double[] Low, double[] High) Bounds(string modelFile)
    {
        using var network = Network.Load(modelFile);
        var card = network.Card.Input;
        double[] At(double value) => [.. card.Mean.Zip(card.Std, (mean, std) => (value - mean) / std)];
        return (At(card.Range[0]), At(card.Range[1]));
    }

    /// <summary>Writes the input that both sides read, [1,3,Size,Size]: noise over the whole range that the network's card states, the same every time.</summary>
    public void WriteInput(string modelFile, string npy)
    {
        using var network = Network.Load(modelFile);
        var card = network.Card.Input;
        var plane = Size * Size;
        var values = new float[3 * plane];
        new CounterRandom(seed: 512).FillUniform(values, (float)card.Range[0], (float)card.Range[1]);
        for (var index = 0; index < values.Length; index++)
            values[index] = (float)((values[index] - card.Mean[index / plane]) / card.Std[index / plane]);
        Npy.Write(npy, values, [1, 3, Size, Size], overwrite: true);
    }
}
