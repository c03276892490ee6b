using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>Tells the user's mistakes from defects among the errors of ONNX Runtime.</summary>
internal static partial class Failure
{
    /// <summary>What to throw when a session could not be made.</summary>
    public static Exception OfCompilation(OnnxRuntimeException exception)
    {
        var text = Engine.OneLine(exception.Message);
        return OutOfMemory(text, exception) ?? new ReverieException($"ONNX Runtime {Engine.Version} refuses the graph: {text}", exception);
    }

    /// <summary>What to throw when a run failed.</summary>
    public static Exception OfRun(OnnxRuntimeException exception, IReadOnlyDictionary<string, RuntimeTensor> inputs)
    {
        var text = Engine.OneLine(exception.Message);
        if (OutOfMemory(text, exception) is { } shortage) return shortage;
        // Sizes that the network cannot take, such as a picture smaller than a kernel, are found by the operator that meets them.
        var shapes = string.Join(", ", inputs.Select(input => $"{input.Key} {input.Value}"));
        return exception.Message.Contains("InvalidArgument", StringComparison.Ordinal) || ShapeTrouble().IsMatch(text)
            ? new ReverieException($"the network cannot run on {shapes}: {text}", exception)
            : new InvalidOperationException($"ONNX Runtime failed on {shapes}: {text}", exception);
    }

    private static ReverieException? OutOfMemory(string text, Exception exception)
    {
        var match = Allocation().Match(text);
        if (match.Success && long.TryParse(match.Groups[1].Value, out var bytes))
            return new($"out of memory: {bytes / 1e6:N0} MB more were needed; use a smaller picture or close other programs", exception);
        return text.Contains("bad_alloc", StringComparison.Ordinal) || text.Contains("bad allocation", StringComparison.Ordinal)
            ? new("out of memory; use a smaller picture or close other programs", exception)
            : null;
    }

    [GeneratedRegex(@"(?:buffer of size|allocate|requested size:?|requested bytes:?)\s+(\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex Allocation();

    [GeneratedRegex("shape|dimension|broadcast|kernel size|smaller than|out of bounds|invalid", RegexOptions.IgnoreCase)]
    private static partial Regex ShapeTrouble();
}
