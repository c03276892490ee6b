namespace Reverie.Cli.Options;

/// <summary>Decides where a result goes, before any work is done for it.</summary>
internal static class OutputPath
{
    /// <summary>
    /// The path that the user gives, refused where it cannot be written or exists without <c>--force</c>; or a name beside the input such as
    /// <c>photo.dream.png</c>, numbered (<c>photo.dream-2.png</c>) where that is taken.
    /// </summary>
    /// <param name="given">What <c>-o</c> says, or null.</param>
    /// <param name="input">The input file.</param>
    /// <param name="kind">The middle of the default name: <c>dream</c>.</param>
    /// <param name="extension">The end of the default name, with its dot.</param>
    /// <param name="force">Whether existing files may be replaced.</param>
    /// <param name="claimed">Whether another of the command's files has this full path; null where there is no other.</param>
    /// <exception cref="ReverieException">The path cannot be written.</exception>
    public static string Resolve(string? given, string input, string kind, string extension, bool force, Func<string, bool>? claimed = null)
    {
        var path = given ?? Default(input, kind, extension, force, claimed);
        AtomicFile.EnsureWritable(path, force);
        return path;
    }

    /// <summary>The path with the first number behind its name that makes it one that is not taken: <c>photo-2.png</c>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="claimed">Whether another of the command's files has this full path; null where there is no other.</param>
    public static string Numbered(string path, Func<string, bool>? claimed = null)
    {
        var stem = Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path));
        for (var number = 2; ; number++)
            if ($"{stem}-{number}{Path.GetExtension(path)}" is var free && !Taken(free, claimed)) return free;
    }

    private static string Default(string input, string kind, string extension, bool force, Func<string, bool>? claimed)
    {
        var path = $"{Path.Combine(Path.GetDirectoryName(input) ?? "", Path.GetFileNameWithoutExtension(input))}.{kind}{extension}";
        return (force ? claimed?.Invoke(Path.GetFullPath(path)) == true : Taken(path, claimed)) ? Numbered(path, claimed) : path;
    }

    private static bool Taken(string path, Func<string, bool>? claimed) => Path.Exists(path) || claimed?.Invoke(Path.GetFullPath(path)) == true;
}
