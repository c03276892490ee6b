namespace Reverie.Imaging;

/// <summary>
/// Texts kept inside a picture file, by key, in ordinal order of the keys so that equal content gives equal bytes. PNG holds each as an iTXt chunk
/// of that keyword; JPEG and WebP hold all as one JSON object in the EXIF field UserComment. Keys are 1 to 79 printable ASCII characters without
/// leading, trailing or double blanks (PNG's rule for keywords); texts are any Unicode without the character U+0000.
/// </summary>
public sealed class PictureMetadata() : SortedDictionary<string, string>(StringComparer.Ordinal)
{
    /// <summary>The key of the recipe: the settings, hashes and versions from which the picture can be made again.</summary>
    public const string Recipe = "reverie.recipe";

    /// <summary>Checks all keys and texts.</summary>
    /// <exception cref="ArgumentException">A key or text cannot be stored.</exception>
    internal void Validate()
    {
        foreach (var (key, text) in this)
        {
            if (!IsKey(key)) throw new ArgumentException($"'{key}' is no key for a text in a picture: 1 to 79 printable ASCII characters, single blanks inside");
            if (text.Contains('\0')) throw new ArgumentException($"the text of '{key}' contains the character U+0000, which no picture file can hold");
        }
    }

    /// <summary>Whether PNG allows <paramref name="key"/> as a keyword (restricted here to ASCII).</summary>
    internal static bool IsKey(string key) =>
        key.Length is >= 1 and <= 79 && key.All(c => c is >= ' ' and <= '~') && key[0] != ' ' && key[^1] != ' ' && !key.Contains("  ", StringComparison.Ordinal);
}
