using System.Text.Json;
using Reverie.Models;

namespace Reverie.Recipes;

/// <summary>The network of a recipe: its file, the files that hold its weights, and what its input means.</summary>
/// <param name="Sha256">The SHA-256 of the model file, in hexadecimal.</param>
/// <param name="File">The model file's path relative to the folder of the result; null for the embedded network.</param>
/// <param name="Name">The network's name.</param>
public sealed record RecipeModel(string Sha256, string? File = null, string? Name = null)
{
    /// <summary>The files beside the model that hold weights, relative to the model's folder; null where there are none.</summary>
    public IReadOnlyList<RecipeFile>? Weights { get; init; }

    /// <summary>The meaning of the input as it was resolved: a card beside the model can change while the model does not.</summary>
    public InputCard? Input { get; init; }

    /// <summary>Describes a network for the recipe of a result.</summary>
    /// <param name="network">The network.</param>
    /// <param name="output">The result's path, to which the recipe's paths are relative.</param>
    public static RecipeModel Of(Network network, string output)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new(network.Sha256, network.File is { } file ? FileHash.RelativeTo(output, file) : null, network.Name)
        {
            Weights = network.WeightFiles.Count == 0 ? null : [.. network.WeightFiles.Select(weights => new RecipeFile(weights.Value, weights.Key))],
            Input = network.Card.Input,
        };
    }

    /// <summary>The network as it was when the recipe was written: with the card of then, if another one lies beside the model now.</summary>
    /// <param name="network">A network that may be the recorded one.</param>
    /// <param name="original">The picture with the recipe, for messages.</param>
    /// <param name="changes">What the card says now and said then, in words; empty where it says the same.</param>
    /// <exception cref="ReverieException">The model or one of its weight files is another one; the message says which.</exception>
    public Network Restore(Network network, string original, out IReadOnlyList<string> changes)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Sha256 != Sha256)
            throw new ReverieException($"{network.Name} is not the network that made {original}: its SHA-256 is {network.Sha256}, the recipe's is {Sha256}");
        CheckWeights(network, original);
        changes = Input is null ? [] : [.. Changes(Input, network.Card.Input)];
        if (changes.Count == 0) return network;
        Input!.Validate();
        return network.With(network.Card with { Input = Input });
    }

    private void CheckWeights(Network network, string original)
    {
        var recorded = (Weights ?? []).ToDictionary(weights => weights.File ?? "", weights => weights.Sha256, StringComparer.Ordinal);
        foreach (var (file, hash) in network.WeightFiles)
            if (!recorded.Remove(file, out var then)) throw new ReverieException($"{network.Name} takes weights from {file}, which the recipe of {original} does not name");
            else if (then != hash) throw new ReverieException($"{network.Name} is not the network that made {original}: the SHA-256 of its weights in {file} is {hash}, the recipe's is {then}");
        if (recorded.Count > 0) throw new ReverieException($"{network.Name} is not the network that made {original}: that one had weights in {recorded.Keys.First()} too");
    }

    private static IEnumerable<string> Changes(InputCard then, InputCard now)
    {
        var (old, current) = (Json(then), Json(now));
        foreach (var name in old.EnumerateObject().Concat(current.EnumerateObject()).Select(property => property.Name).Distinct())
        {
            var (was, @is) = (Text(old, name), Text(current, name));
            if (was != @is) yield return $"input.{name} was {was} and is {@is}";
        }

        static JsonElement Json(InputCard card) => JsonSerializer.SerializeToElement(card, RecipeJson.Default.InputCard);
        static string Text(JsonElement card, string name) => card.TryGetProperty(name, out var value) ? value.GetRawText() : "not given";
    }
}
