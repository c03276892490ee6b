using System.Text;

namespace Reverie.Tests.Models.Imports;

/// <summary>The weights that tests/references/make_import_references.py computes from names, computed again: nothing of their hundreds of megabytes is stored.</summary>
internal static class FormulaWeights
{
    public static float[] Fill(string name, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = new float[count];
        var seed = Encoding.UTF8.GetBytes(name).Aggregate(0xCBF29CE484222325UL, (hash, next) => (hash ^ next) * 0x100000001B3UL);
        var scale = shape.Length > 1 ? Math.Sqrt(6.0 / (count / shape[0])) : 0.1;
        var positive = shape.Length == 1 && (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal));
        for (var index = 0; index < values.Length; index++)
        {
            var z = seed + (ulong)(index + 1) * 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            var uniform = ((z ^ (z >> 31)) >> 40) / (double)(1 << 24);
            values[index] = (float)(positive ? 0.5 + uniform : (2 * uniform - 1) * scale);
        }
        return values;
    }
}
