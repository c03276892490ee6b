using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>The execution providers of ONNX Runtime that Reverie can run on, by short name.</summary>
public static class Providers
{
    /// <summary>The processor; always there, and the only provider for which results are promised to be repeatable to the bit.</summary>
    public const string Cpu = "cpu";

    private const string Package = "Microsoft.ML.OnnxRuntime";

    private static readonly Dictionary<string, Provider> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        [Cpu] = new("CPUExecutionProvider", "", _ => { }),
        ["cuda"] = new("CUDAExecutionProvider", $"use the package {Package}.Gpu, CUDA and cuDNN on Linux or Windows with an NVIDIA card",
            options => options.AppendExecutionProvider_CUDA(0)),
        ["directml"] = new("DmlExecutionProvider", $"use the package {Package}.DirectML on Windows",
            options => options.AppendExecutionProvider_DML(0)),
        ["coreml"] = new("CoreMLExecutionProvider", "it is part of the package on macOS only",
            options => options.AppendExecutionProvider("CoreML", [])),
    };

    private sealed record Provider(string FullName, string Remedy, Action<SessionOptions> Append);

    /// <summary>The short names of all providers: cpu, cuda, directml, coreml.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    /// <summary>The short names of the providers that the installed ONNX Runtime was built with. A device may still be absent.</summary>
    public static IReadOnlyList<string> Available()
    {
        var built = Engine.Environment.GetAvailableProviders();
        return [.. Known.Where(pair => built.Contains(pair.Value.FullName)).Select(pair => pair.Key)];
    }

    /// <summary>Refuses a name that is no provider's, without loading ONNX Runtime.</summary>
    /// <exception cref="ReverieException">There is no such provider.</exception>
    public static void EnsureKnown(string name)
    {
        if (!Known.ContainsKey(name)) throw new ReverieException($"{Onnx.Names.Unknown("provider", name, Names)}; providers are {string.Join(", ", Names)}");
    }

    /// <summary>Makes a session run on a provider.</summary>
    /// <exception cref="ReverieException">The provider is unknown, not in the installed package, or has no device.</exception>
    internal static void Append(SessionOptions options, string name)
    {
        EnsureKnown(name);
        var provider = Known[name];
        if (!Engine.Environment.GetAvailableProviders().Contains(provider.FullName))
            throw new ReverieException($"the provider '{name}' is not in the installed ONNX Runtime: {provider.Remedy}, or run on the cpu");
        try
        {
            provider.Append(options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ReverieException($"the provider '{name}' found no usable device: {Engine.OneLine(exception.Message)}", exception);
        }
    }
}
