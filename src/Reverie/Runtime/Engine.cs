using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>The process-wide environment of ONNX Runtime, made on first use: silent, and without telemetry.</summary>
internal static class Engine
{
    private static readonly Lazy<OrtEnv> Shared = new(Create);

    /// <summary>The environment.</summary>
    public static OrtEnv Environment => Shared.Value;

    /// <summary>The version of the native ONNX Runtime.</summary>
    public static string Version => Environment.GetVersionString();

    /// <summary>A message of ONNX Runtime on one line, without its error code.</summary>
    public static string OneLine(string message)
    {
        var text = string.Join(' ', message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        var end = text.StartsWith("[ErrorCode:", StringComparison.Ordinal) ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        return text[(end + 1)..].Trim();
    }

    private static OrtEnv Create()
    {
        // A host that uses ONNX Runtime itself may have made the environment already, with its own logging: then that stands.
        if (!OrtEnv.IsCreated)
        {
            Telemetry.Prevent();
            var options = new EnvironmentCreationOptions { logId = "reverie", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            var environment = OrtEnv.CreateInstanceWithOptions(ref options);
            environment.DisableTelemetryEvents();
        }
        return OrtEnv.Instance();
    }
}
