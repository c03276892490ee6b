using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Reverie.Runtime;

/// <summary>Facts about the machine and this process that settings and reports depend on.</summary>
public static partial class Machine
{
    /// <summary>
    /// Physical cores that this process may use: at most <see cref="Environment.ProcessorCount"/>, which respects affinity and container limits.
    /// A second thread on a core gains nothing in convolutions.
    /// </summary>
    public static int PhysicalCores { get; } = Math.Max(1, Math.Min(Environment.ProcessorCount, CountCores()));

    /// <summary>The most memory that the process has had resident so far, in bytes.</summary>
    public static long PeakResidentBytes
    {
        get
        {
            // .NET's PeakWorkingSet64 is 0 on some systems; the kernel's own high-water mark is not.
            if (OperatingSystem.IsLinux() && StatusLine("VmHWM:") is { } kilobytes) return kilobytes * 1024;
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>The memory that the process has resident now, in bytes.</summary>
    public static long ResidentBytes => OperatingSystem.IsLinux() && StatusLine("VmRSS:") is { } kilobytes ? kilobytes * 1024 : Environment.WorkingSet;

    /// <summary>The memory that this process may use, in bytes: the machine's, or the container's limit.</summary>
    public static long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The processor's name, as it says itself; null where the system does not tell.</summary>
    public static string? ProcessorName
    {
        get
        {
            if (OperatingSystem.IsLinux())
                return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
            return OperatingSystem.IsWindows() ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") : null;
        }
    }

    /// <summary>The vector instructions that decide about speed, and that a recipe records since they change the last bits of sums.</summary>
    public static IReadOnlyList<string> ProcessorFeatures { get; } = [.. Features()];

    /// <summary>The version of the native ONNX Runtime.</summary>
    public static string OnnxRuntimeVersion => Engine.Version;

    private static long? StatusLine(string key)
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith(key, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(key.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
        return null;
    }

    private static IEnumerable<string> Features()
    {
        if (Sse42.IsSupported) yield return "sse4.2";
        if (Avx.IsSupported) yield return "avx";
        if (Avx2.IsSupported) yield return "avx2";
        if (Fma.IsSupported) yield return "fma";
        if (Avx512F.IsSupported) yield return "avx512f";
        if (AvxVnni.IsSupported) yield return "avx-vnni";
        if (AdvSimd.IsSupported) yield return "neon";
        if (Dp.IsSupported) yield return "dotprod";
    }

    private static int CountCores()
    {
        if (OperatingSystem.IsLinux()) return LinuxCores();
        if (OperatingSystem.IsMacOS())
        {
            nint size = sizeof(int);
            return SysCtl("hw.physicalcpu", out var cores, ref size, 0, 0) == 0 ? cores : Environment.ProcessorCount;
        }
        return OperatingSystem.IsWindows() ? WindowsCores() : Environment.ProcessorCount;
    }

    private static int LinuxCores()
    {
        try
        {
            // Threads of one core list the same siblings.
            var cores = Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*")
                .Select(folder => Path.Combine(folder, "topology", "thread_siblings_list"))
                .Where(File.Exists).Select(File.ReadAllText).Distinct(StringComparer.Ordinal).Count();
            return cores > 0 ? cores : Environment.ProcessorCount;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Environment.ProcessorCount;
        }
    }

    private static unsafe int WindowsCores()
    {
        const int RelationProcessorCore = 0;
        var length = 0u;
        LogicalProcessors(RelationProcessorCore, null, ref length);
        if (length == 0) return Environment.ProcessorCount;
        var buffer = new byte[length];
        fixed (byte* start = buffer)
            if (!LogicalProcessors(RelationProcessorCore, start, ref length)) return Environment.ProcessorCount;
        // Each record starts with its relation and its own size.
        var cores = 0;
        for (var offset = 0; offset + 8 <= length; offset += BitConverter.ToInt32(buffer, offset + 4)) cores++;
        return cores;
    }

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SysCtl(string name, out int value, ref nint size, nint newValue, nint newSize);

    [LibraryImport("kernel32", EntryPoint = "GetLogicalProcessorInformationEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool LogicalProcessors(int relation, byte* buffer, ref uint length);
}
