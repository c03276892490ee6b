using Reverie.Onnx;

namespace Reverie.Models;

/// <summary>Finds the card of a model file.</summary>
internal static class CardFile
{
    private const long MaxBytes = 1 << 20;

    /// <summary>The card's text and where it comes from: <c>NAME.card.json</c> beside the model, else the model's metadata, else null.</summary>
    /// <exception cref="ReverieException">There is a card's file, but it cannot be read.</exception>
    public static (string? Json, string Origin) Find(string path, Model model)
    {
        var file = Path.ChangeExtension(path, ".card.json");
        if (!File.Exists(file)) return (model.Metadata.GetValueOrDefault(ModelCard.MetadataKey), "in the model's metadata");
        try
        {
            if (new FileInfo(file).Length > MaxBytes) throw new ReverieException($"{file} is too large for a model card");
            return (File.ReadAllText(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the model card {file} cannot be read: {exception.Message}", exception);
        }
    }
}
