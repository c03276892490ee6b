using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>The files of a style transfer, on a command line or in a recipe.</summary>
/// <param name="Content">The content picture.</param>
/// <param name="Styles">The style pictures.</param>
/// <param name="Initial">The picture to start from, or null.</param>
/// <param name="ContentMask">The content's regions, or null.</param>
/// <param name="StyleMasks">The styles' regions; empty for none.</param>
/// <param name="Draft">The network that paints the small sizes: a name or a file, or null.</param>
internal sealed record StyleFiles(string Content, IReadOnlyList<string> Styles, string? Initial, string? ContentMask, IReadOnlyList<string> StyleMasks, string? Draft)
{
    private const string StyleRole = "style", InitialRole = "start", ContentMaskRole = "content mask", StyleMaskRole = "style mask", DraftRole = "draft";

    /// <summary>The files of a recipe, at the places where its inputs were found.</summary>
    /// <exception cref="ReverieException">The recipe names a file of a kind that does not belong here.</exception>
    public static StyleFiles FromRecipe(Recipe recipe, IReadOnlyList<string> found)
    {
        if (found.Count == 0) throw new ReverieException("the recipe names no picture to begin with");
        var files = new StyleFiles(found[0], [], null, null, [], null);
        foreach (var (file, path) in recipe.Inputs.Zip(found).Skip(1))
            files = file.Name switch
            {
                StyleRole => files with { Styles = [.. files.Styles, path] },
                InitialRole => files with { Initial = path },
                ContentMaskRole => files with { ContentMask = path },
                StyleMaskRole => files with { StyleMasks = [.. files.StyleMasks, path] },
                DraftRole => files with { Draft = file.File is null ? ModelRegistry.EmbeddedName : path },
                _ => throw new ReverieException($"the recipe names a '{file.Name}', which no style transfer has"),
            };
        return files;
    }

    /// <summary>The files as a recipe names them.</summary>
    public IReadOnlyList<RecipeFile> ForRecipe(string output)
    {
        var files = new List<RecipeFile> { Named(Content, null) };
        files.AddRange(Styles.Select(style => Named(style, StyleRole)));
        if (Initial is not null) files.Add(Named(Initial, InitialRole));
        if (ContentMask is not null) files.Add(Named(ContentMask, ContentMaskRole));
        files.AddRange(StyleMasks.Select(mask => Named(mask, StyleMaskRole)));
        if (Draft is not null)
        {
            var network = Network.Load(Draft);
            files.Add(new(network.Sha256, network.File is { } file ? FileHash.RelativeTo(output, file) : null, DraftRole));
            if (network != Network.Embedded) network.Dispose();
        }
        return files;

        RecipeFile Named(string path, string? role) => new(FileHash.Of(path), FileHash.RelativeTo(output, path), role);
    }

    /// <summary>Loads all of them.</summary>
    /// <exception cref="ReverieException">A file cannot be read.</exception>
    public Loaded Load() => new(new()
    {
        Content = Picture.Load(Content),
        Styles = [.. Styles.Select(Picture.Load)],
        Initial = Initial is null ? null : Picture.Load(Initial),
        ContentMask = ContentMask is null ? null : Picture.Load(ContentMask),
        StyleMasks = StyleMasks.Count == 0 ? null : [.. StyleMasks.Select(Picture.Load)],
        Draft = Draft is null ? null : Network.Load(Draft),
    });

    /// <summary>The loaded pictures, and the draft's network to dispose.</summary>
    internal sealed class Loaded(StyleInputs inputs) : IDisposable
    {
        public StyleInputs Inputs { get; } = inputs;

        public void Dispose()
        {
            if (Inputs.Draft is { } draft && draft != Network.Embedded) draft.Dispose();
        }
    }
}
