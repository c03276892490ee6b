namespace Reverie.Cli.Options;

/// <summary>
/// The files that a command will write. Every one is claimed before any work, so that neither a missing folder nor two options that name one file
/// are found when the work is done.
/// </summary>
/// <param name="force">Whether existing files may be replaced.</param>
internal sealed class OutputFiles(bool force)
{
    // A file system that folds case would take two such names for one.
    private readonly Dictionary<string, string> _claimed = new(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    /// <summary>Claims a file that the user names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names it, for the message.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ReverieException">It cannot be written, or another option names it too.</exception>
    public string Claim(string path, string option)
    {
        AtomicFile.EnsureWritable(path, force);
        if (!_claimed.TryAdd(Path.GetFullPath(path), option))
            throw new ReverieException($"{_claimed[Path.GetFullPath(path)]} and {option} name the same file, '{path}'; give each its own");
        return path;
    }

    /// <summary>Claims the result's file: the one that the user names, or a name beside the input that is not taken (see <see cref="OutputPath"/>).</summary>
    /// <exception cref="ReverieException">It cannot be written, or another option names it too.</exception>
    public string Result(string? given, string input, string kind, string extension) =>
        Claim(OutputPath.Resolve(given, input, kind, extension, force, _claimed.ContainsKey), "--output");

    /// <summary>
    /// Writes a file that was claimed. What another program has written under its name meanwhile is left alone, and so is the work: it is kept beside,
    /// under a numbered name.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes it, and refuses to overwrite another.</param>
    /// <returns>Where it was written.</returns>
    public string Keep(string path, Action<string> write)
    {
        var free = path;
        while (true)
            try
            {
                write(free);
                return free;
            }
            catch (ReverieException) when (!force && File.Exists(free))
            {
                free = OutputPath.Numbered(path);
            }
    }
}
