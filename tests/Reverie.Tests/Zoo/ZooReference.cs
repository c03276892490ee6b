using System.IO.Compression;
using System.Text.Json;
using Reverie.Onnx;
using Reverie.Tests.Autodiff;
using Reverie.Tests.References;

namespace Reverie.Tests.Zoo;

/// <summary>A small network of torchvision's families as PyTorch exported it, and PyTorch's gradients; tests/references/make_zoo_references.py wrote both.</summary>
internal sealed class ZooReference : IDisposable
{
    private readonly JsonDocument _json;

    public ZooReference(string name) => _json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")));

    /// <summary>The networks that are stored.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>The forms in which the network was exported, by file name.</summary>
    public IEnumerable<string> Files => Models.Select(model => model.GetProperty("file").GetString()!);

    /// <summary>The largest logit of the first picture.</summary>
    public int Index => Case("logits").GetProperty("index").GetInt32();

    private static string Folder => Shared.InRepository("tests", "references", "zoo");

    private IEnumerable<JsonElement> Models => _json.RootElement.GetProperty("models").EnumerateArray();

    private int Size => _json.RootElement.GetProperty("size").GetInt32();

    /// <summary>The value and the gradient of a logit (<c>logits</c>), or of half the squared norm of the middle layer (<c>features</c>), for picture 1.</summary>
    public (double Value, Digest Gradient) Expected(string tensor) => (Case(tensor).GetProperty("value").GetDouble(), Digest.Of(Case(tensor).GetProperty("gradient")));

    /// <summary>PyTorch's own relative float32 errors on pictures 1 to 12.</summary>
    public double[] Float32Errors(string tensor) => [.. _json.RootElement.GetProperty("float32_errors").GetProperty(tensor).EnumerateArray().Select(each => each.GetDouble())];

    /// <summary>Whether the exporter left the batch's size open.</summary>
    public bool BatchIsFree(string file) => Model(file).GetProperty("batch_is_free").GetBoolean();

    /// <summary>A model with its weights, brought into canonical form.</summary>
    public CanonicalModel Load(string file)
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(Folder, file)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        var model = Reverie.Onnx.Model.Read(bytes.ToArray());
        var weights = Model(file).GetProperty("weights").EnumerateArray().ToDictionary(each => each[0].GetString()!);
        foreach (var (name, type) in model.Graph.Inputs)
            if (weights.TryGetValue(name, out var recipe)) model.Graph.Constants[name] = Weights(recipe, type.KnownShape!);
        model.Graph.Inputs.RemoveAll(input => weights.ContainsKey(input.Name));
        model.Graph.Refresh();
        return CanonicalModel.From(model);
    }

    /// <summary>The network's input [1,3,H,W] for a hash picture, normalised as torchvision's networks want it.</summary>
    public Array64 Input(ulong seed)
    {
        var card = _json.RootElement.GetProperty("card");
        var levels = HashPicture.Levels(Size, Size, seed);
        var pixels = Size * Size;
        var input = new double[levels.Length];
        for (var index = 0; index < levels.Length; index++)
        {
            var (mean, deviation) = (card.GetProperty("mean")[index / pixels].GetDouble(), card.GetProperty("std")[index / pixels].GetDouble());
            input[index] = (float)((levels[index] / 255.0 - mean) / deviation);
        }
        return new(input, [1, 3, Size, Size]);
    }

    public void Dispose() => _json.Dispose();

    private JsonElement Case(string tensor) => _json.RootElement.GetProperty("cases").EnumerateArray().Single(each => each.GetProperty("tensor").GetString() == tensor);

    private JsonElement Model(string file) => Models.Single(model => model.GetProperty("file").GetString() == file);

    // [name, seed, low, high], and a true where the exporter transposed the parameter: the formula stands in zoo_networks.py
    private static Tensor Weights(JsonElement recipe, long[] shape)
    {
        var (seed, low, high) = (recipe[1].GetUInt64(), recipe[2].GetDouble(), recipe[3].GetDouble());
        var values = new float[Tensor.CountOf(shape)];
        var (rows, columns) = recipe.GetArrayLength() > 4 ? ((int)shape[0], (int)shape[1]) : (1, values.Length);
        for (var index = 0; index < values.Length; index++)
        {
            var place = index % columns * rows + index / columns;
            values[index] = (float)(low + (high - low) * ((HashPicture.Hash(seed, (ulong)place) >> 40) / (double)(1 << 24)));
        }
        return Tensor.Of<float>(values, shape);
    }
}
