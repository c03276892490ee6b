using System.Runtime.InteropServices;
using Reverie.Onnx.Wire;

namespace Reverie.Runtime;

/// <summary>Makes the C library give memory back to the system. Only glibc (Linux) needs to be told; elsewhere nothing is done.</summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1, MapThreshold = -3; // M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of malloc.h
    private const int LargeBlock = 1 << 20;

    private static readonly Lazy<bool> LargeBlocksAreMapped = new(() => Glibc(() => MallOpt(MapThreshold, LargeBlock) == 1 && MallOpt(TrimThreshold, LargeBlock) == 1));

    /// <summary>
    /// From now on blocks of a megabyte or more are mapped one by one and given back when they are freed. (By itself glibc stops doing so as soon as
    /// one of up to 32 MB was freed, and the holes between smaller blocks stay resident.)
    /// </summary>
    public static void GiveBackLargeBlocks() => _ = LargeBlocksAreMapped.Value;

    /// <summary>Collects garbage, and gives back what is free on the native heap and what of mapped model files can be read again.</summary>
    public static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        Glibc(() => MallocTrim(0) >= 0);
        MappedFile.DropPages();
    }

    private static bool Glibc(Func<bool> call)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            return call();
        }
        catch (EntryPointNotFoundException)
        {
            return false; // musl has neither, and maps large blocks always
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
