using System.Globalization;

namespace Reverie.Dream.Storyboards;

/// <summary>Reads the values of a storyboard's entries. What does not fit is refused with its place in the file.</summary>
internal sealed class StoryValue(string file, double framesPerSecond)
{
    /// <summary>How many frames a second has.</summary>
    public double FramesPerSecond => framesPerSecond;

    /// <summary>An error at a place of the file.</summary>
    public ReverieException Error(StoryNode at, string message, Exception? inner = null) => new($"{file}, line {at.Line}, column {at.Column}: {message}", inner!);

    /// <summary>A text.</summary>
    public string Text(string name, StoryNode node) => node.Text is { Length: > 0 } text ? text : throw Error(node, $"'{name}' needs a value");

    /// <summary>A number within bounds.</summary>
    public double Number(string name, StoryNode node, double least, double most) =>
        node.Text is { } text && TryNumber(text, out var value) && value >= least && value <= most ? value : throw Error(node, FormattableString.Invariant($"'{name}' takes a number from {least} to {most}{Given(node)}"));

    /// <summary>A whole number within bounds.</summary>
    public int Whole(string name, StoryNode node, int least, int most) =>
        node.Text is { } text && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
            : throw Error(node, $"'{name}' takes a whole number from {least} to {most}{Given(node)}");

    /// <summary>A time: a frame, or seconds as <c>2.5s</c>.</summary>
    public double Frame(string name, StoryNode node)
    {
        var text = Text(name, node);
        var seconds = text.EndsWith('s');
        if (!TryNumber(seconds ? text[..^1] : text, out var value) || value < 0) throw Error(node, $"'{name}' takes a frame such as 50, or seconds such as 2s{Given(node)}");
        return seconds ? value * framesPerSecond : value;
    }

    /// <summary>A motion by frame, or by second as <c>90/s</c>.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="node">Its value.</param>
    /// <param name="isFactor">Whether motions multiply and do not add up.</param>
    public double Motion(string name, StoryNode node, bool isFactor)
    {
        var text = Text(name, node);
        var perSecond = text.EndsWith("/s", StringComparison.Ordinal);
        if (!TryNumber(perSecond ? text[..^2] : text, out var value) || (isFactor && value <= 0)) throw Error(node, $"'{name}' takes a number by frame, such as {(isFactor ? "1.02, or by second, such as 1.5/s" : "0.5, or by second, such as 10/s")}{Given(node)}");
        return !perSecond ? value : isFactor ? Math.Pow(value, 1 / framesPerSecond) : value / framesPerSecond;
    }

    /// <summary>A share: <c>2%</c>.</summary>
    public double Share(string name, StoryNode node) =>
        node.Text is { } text && text.EndsWith('%') && TryNumber(text[..^1], out var value) ? value / 100 : throw Error(node, $"'{name}' takes shares of the picture such as 1%{Given(node)}");

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string name, StoryNode node, params (string Word, T Value)[] choices)
    {
        foreach (var (word, value) in choices)
            if (word.Equals(node.Text, StringComparison.OrdinalIgnoreCase)) return value;
        throw Error(node, $"'{name}' is {string.Join(", ", choices[..^1].Select(choice => choice.Word))} or {choices[^1].Word}{Given(node)}");
    }

    /// <summary>Does what may fail, and says where in the file the reason is.</summary>
    public T At<T>(StoryNode node, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ReverieException exception)
        {
            throw Error(node, exception.Message, exception);
        }
    }

    private static bool TryNumber(string text, out double value) => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static string Given(StoryNode node) => node.Text is { } text ? $", not '{text}'" : ", not a list";
}
