using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Reverie.Runtime;

/// <summary>
/// Keeps ONNX Runtime's telemetry from beginning. Its published builds report to their maker unless told otherwise, on Linux and macOS over the network, and
/// keep an identifier of the device and a queue of events in the user's cache folder.
/// </summary>
/// <remarks>
/// <see cref="OrtEnv.DisableTelemetryEvents"/> alone comes too late: it needs the environment, and making that has reported the process and written the files
/// already. Elsewhere than on Windows the variable <c>ORT_DISABLE_TELEMETRY</c> prevents all of it (docs/Privacy.md of ONNX Runtime); on Windows
/// events go to the system's tracing, and are recorded only where something collects them.
/// </remarks>
internal static partial class Telemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>To be called before the environment of ONNX Runtime is made. A variable that the user has set stands.</summary>
    /// <exception cref="InvalidOperationException">The variable cannot be set.</exception>
    public static void Prevent()
    {
        // Environment.SetEnvironmentVariable changes .NET's own copy, which native code does not see.
        if (!OperatingSystem.IsWindows() && SetEnv(Variable, "1", 0) != 0)
            throw new InvalidOperationException($"{Variable} cannot be set: error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
