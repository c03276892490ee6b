using System.Text.Json;
using Reverie.Explain;
using Reverie.Onnx;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Nested lists of numbers.</summary>
internal static class GoldenArrays
{
    public static Signal Read(JsonElement json)
    {
        var shape = new List<long>();
        for (var level = json; level.ValueKind == JsonValueKind.Array; level = level[0]) shape.Add(level.GetArrayLength());
        var values = new List<double>();
        Flatten(json, values);
        return Signal.Of([.. values], [.. shape]);
    }

    // a number stands for a whole input
    public static Signal ReadBaseline(JsonElement json, Signal input) =>
        json.ValueKind == JsonValueKind.Number ? Signal.Constant(json.GetDouble(), [1, .. input.ItemShape]) : Read(json);

    public static Tensor ToTensor(JsonElement json, bool transposed = false)
    {
        var signal = Read(json);
        var values = Array.ConvertAll(signal.Values, value => (float)value);
        if (!transposed) return Tensor.Of<float>(values, signal.Shape);
        var (rows, columns) = ((int)signal.Shape[0], (int)signal.Shape[1]);
        var turned = new float[values.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column];
        return Tensor.Of<float>(turned, columns, rows);
    }

    private static void Flatten(JsonElement json, List<double> into)
    {
        if (json.ValueKind == JsonValueKind.Array)
            foreach (var each in json.EnumerateArray()) Flatten(each, into);
        else into.Add(json.GetDouble());
    }
}
