using System.Runtime.CompilerServices;

namespace Reverie.Tests;

/// <summary>Finds the folders that tests read: the repository, its stored references, and the shared folder beside it.</summary>
public static class Shared
{
    /// <summary>The repository's root folder.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The shared folder with models and pictures that are not ours to commit.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Repository, "..", "shared"));

    /// <summary>A file that must be in the repository.</summary>
    public static string InRepository(params string[] parts) => Path.Combine([Repository, .. parts]);

    /// <summary>A file under the shared folder; skips the calling test, saying why, where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.Combine([Root, .. parts]);
        if (!Path.Exists(path)) Skip($"needs shared/{string.Join('/', parts)}, which is not on this machine");
        return path;
    }

    /// <summary>Skips the calling test, or fails it where REVERIE_REQUIRE_ALL=1 forbids skips.</summary>
    public static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable("REVERIE_REQUIRE_ALL") == "1")
            Assert.Fail($"REVERIE_REQUIRE_ALL=1 forbids skipping: {reason}");
        Assert.Skip(reason);
    }

    private static string FindRepository([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "global.json"))) return folder;
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "global.json"))) return folder;
        throw new DirectoryNotFoundException("the repository root (the folder with global.json) was not found above the tests");
    }
}
