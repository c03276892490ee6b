using System.Globalization;

namespace Reverie.Recomputation;

/// <summary>The most memory that a process may have resident at its peak.</summary>
/// <param name="Bytes">In bytes; a megabyte is 10^6 and a gigabyte 10^9 of them.</param>
public sealed record MemoryBudget(long Bytes)
{
    private static readonly (string Unit, double Bytes)[] Units = [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1)];

    /// <summary>Reads a size such as <c>1.5GB</c>, <c>800MB</c> or <c>2 GB</c>.</summary>
    /// <exception cref="ReverieException">The text is not a size, or less than a megabyte.</exception>
    public static MemoryBudget Parse(string text)
    {
        var trimmed = text.Trim();
        foreach (var (unit, bytes) in Units)
        {
            if (!trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            if (!double.TryParse(trimmed.AsSpan(0, trimmed.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) break;
            return count * bytes is >= 1e6 and <= 1e15 and var size ? new((long)size) : throw new ReverieException($"{text} of memory is out of range; give at least 1MB, such as 1.5GB");
        }
        throw new ReverieException($"'{text}' is not an amount of memory; give a number and a unit, such as 1.5GB or 800MB (a GB is 10^9 bytes)");
    }

    /// <summary>An amount for people: <c>1.5 GB</c>, <c>800 MB</c>.</summary>
    public static string Describe(long bytes) => bytes >= 1e9
        ? FormattableString.Invariant($"{Math.Ceiling(bytes / 1e7) / 100:0.##} GB")
        : FormattableString.Invariant($"{Math.Ceiling(bytes / 1e6):0} MB");

    /// <inheritdoc/>
    public override string ToString() => Describe(Bytes);
}
