using System.Security.Cryptography;

namespace Reverie.Recipes;

/// <summary>The identity of files in recipes.</summary>
public static class FileHash
{
    /// <summary>The SHA-256 of a file's content, in hexadecimal.</summary>
    /// <exception cref="ReverieException">The file cannot be read.</exception>
    public static string Of(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"{path} cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>A file's path as a recipe names it: relative to the folder of the result, with forward slashes.</summary>
    public static string RelativeTo(string result, string file) =>
        Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(result)) ?? ".", Path.GetFullPath(file)).Replace('\\', '/');
}
