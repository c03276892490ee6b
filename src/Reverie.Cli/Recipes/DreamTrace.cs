using Reverie.Dream;

namespace Reverie.Cli.Recipes;

/// <summary>Writes every intermediate picture of a dream into a folder: <c>round1-octave2-step03.png</c>, at the size of its octave.</summary>
internal sealed class DreamTrace(string folder, bool force) : IProgress<DreamProgress>
{
    /// <summary>Makes the folder where there is none.</summary>
    /// <exception cref="ReverieException">It cannot be made, or holds a trace already.</exception>
    public static DreamTrace Into(string folder, bool force)
    {
        try
        {
            Directory.CreateDirectory(folder);
            if (!force && Directory.EnumerateFiles(folder, "round*-octave*-step*.png").Any())
                throw new ReverieException($"{folder} holds a trace already; take another folder, or --force");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the folder '{folder}' cannot be made: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        return new(folder, force);
    }

    /// <inheritdoc/>
    public void Report(DreamProgress value)
    {
        var digits = value.Steps.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        var name = $"round{value.Round}-octave{value.Octave}-step{value.Step.ToString($"D{digits}", System.Globalization.CultureInfo.InvariantCulture)}.png";
        value.Snapshot!().Save(Path.Combine(folder, name), overwrite: force);
    }
}
