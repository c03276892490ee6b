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
    /// <exception cref="ReverieException">The path cannot be written.</exception>
    public static string Resolve(string? given, string input, string kind, string extension, bool force)
    {
        var path = given ?? Default(input, kind, extension, force);
        AtomicFile.EnsureWritable(path, force);
        return path;
    }

    private static string Default(string input, string kind, string extension, bool force)
    {
        var stem = Path.Combine(Path.GetDirectoryName(input) ?? "", Path.GetFileNameWithoutExtension(input));
        var path = $"{stem}.{kind}{extension}";
        for (var number = 2; !force && Path.Exists(path); number++) path = $"{stem}.{kind}-{number}{extension}";
        return path;
    }
}
