using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Style;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie grid</c>: every content in every style.</summary>
internal sealed class GridCommand : ReverieCommand
{
    private const string LossKey = "reverie.loss", SheetName = "grid.png";
    private const int ThumbnailSide = 256;
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];

    private readonly Option<string> _contents = new("--contents") { Description = "A folder of pictures whose content is kept", HelpName = "DIR", Required = true };
    private readonly Option<string> _styles = new("--styles") { Description = "A folder of pictures in whose manner they are painted", HelpName = "DIR", Required = true };
    private readonly Option<string> _folder = new("--output", "-o") { Description = "The folder for the pictures and the sheet; made where it is missing", HelpName = "DIR", DefaultValueFactory = _ => "grid" };
    private readonly StyleOptions _options;

    public GridCommand(SharedOptions shared) : base("grid", "Paint every content in every style, on one sheet; goes on where it was stopped", shared)
    {
        _options = new(shared);
        AddOptions([_contents, _styles, _folder, .. _options.All, shared.Seed, .. shared.Computing]);
    }

    /// <summary>What is left of the distances at the start.</summary>
    private sealed record Loss(double Style, double Content);

    private sealed record Cell(string Content, string Style, string Output, Loss? Loss, bool Kept);

    protected override void Run(CommandContext context)
    {
        var (contents, styles) = (Pictures(context.Value(_contents)!, "contents"), Pictures(context.Value(_styles)!, "styles"));
        var folder = context.Value(_folder)!;
        if (context.Given(_options.Time)) throw new ReverieException("--time is for one picture; a grid takes --evaluations");
        if (_options.InitialPicture(context) is { } initial) throw new ReverieException($"a grid cannot start from {initial}: each picture starts from its content, or from noise");
        if (File.Exists(folder)) throw new ReverieException($"{folder} is a file; name a folder with -o");
        Directory.CreateDirectory(folder);
        var sheet = Path.Combine(folder, SheetName);
        var settings = _options.Read(context);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        using var grid = new StyleGrid(settings, network, context.Runtime);
        var loaded = styles.ToDictionary(style => style, Picture.Load);
        var cells = new List<Cell>();
        var progress = context.Progress("painting");
        foreach (var content in contents)
        {
            var photo = Picture.Load(content);
            var sized = _options.Sized(context, settings, photo);
            foreach (var style in styles)
            {
                var cell = Paint(context, grid, network, sized, photo, loaded[style], content, style, folder, progress, (cells.Count, contents.Count * styles.Count));
                if (cell is null)
                {
                    context.Finish();
                    throw new CancelledWithResultException($"cancelled; {cells.Count} of {contents.Count * styles.Count} pictures are in {folder}; the same command goes on from there");
                }
                cells.Add(cell);
            }
        }
        progress.Dispose();
        Sheet(cells, contents, styles).Save(sheet, overwrite: true);
        context.Say($"{cells.Count} pictures, {cells.Count(cell => cell.Kept)} of them from before");
        context.Write(sheet);
        context.Report.Add("settings", StyleSettings.ToJson(settings));
        context.Report.Add("grid", new { sheet, cells = cells.Select(cell => new { cell.Content, cell.Style, cell.Output, cell.Kept, styleLeft = cell.Loss?.Style, contentLost = cell.Loss?.Content }) });
    }

    // Null where the user has cancelled.
    private static Cell? Paint(CommandContext context, StyleGrid grid, Network network, StyleTransfer settings, Picture photo, Picture style, string content, string styleFile, string folder, ProgressDisplay progress, (int Done, int All) place)
    {
        var output = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(content)}.{Path.GetFileNameWithoutExtension(styleFile)}.png");
        var recipe = new Recipe
        {
            Reverie = JsonReport.Version,
            Command = "style",
            Settings = StyleSettings.ToJson(settings),
            Model = RecipeModel.Of(network, output),
            Inputs = new StyleFiles(content, [styleFile], null, null, [], null).ForRecipe(output),
            Runtime = DreamCommand.RuntimeHere(context.Runtime),
        }.ToJson();
        if (File.Exists(output))
        {
            var known = Picture.ReadMetadata(output);
            if (known.TryGetValue(PictureMetadata.Recipe, out var before) && before == recipe)
                return new(content, styleFile, output, known.TryGetValue(LossKey, out var loss) ? JsonSerializer.Deserialize<Loss>(loss) : null, Kept: true);
            if (!context.Force) throw new ReverieException($"{output} is there already, but of other settings or pictures; choose another folder with -o, or --force");
        }
        var result = grid.Paint(settings, photo, style, new Relay(progress, place.Done, place.All, Path.GetFileName(output)), context.Cancellation);
        if (result.Cancelled) return null;
        var left = new Loss(Left(result, term => term.Kind is not (StyleTermKind.Content or StyleTermKind.Variation or StyleTermKind.AbsoluteVariation), term => term.Before > 0 ? term.After / term.Before : 1),
            Left(result, term => term.Kind == StyleTermKind.Content, term => term.After * term.Weight));
        result.Picture.Save(output, new PictureMetadata { [PictureMetadata.Recipe] = recipe, [LossKey] = JsonSerializer.Serialize(left) }, context.Force);
        return new(content, styleFile, output, left, Kept: false);
    }

    private static double Left(StyleResult result, Func<StyleTermResult, bool> which, Func<StyleTermResult, double> value) =>
        result.Terms.Where(which).Select(value).DefaultIfEmpty(0).Average();

    // Styles across the top, contents down the side.
    private static Picture Sheet(List<Cell> cells, List<string> contents, List<string> styles)
    {
        var tiles = new List<ContactSheet.Tile> { new(new Picture(1, 1), "") };
        tiles.AddRange(styles.Select(style => new ContactSheet.Tile(Thumbnail(style), Path.GetFileNameWithoutExtension(style))));
        foreach (var content in contents)
        {
            tiles.Add(new(Thumbnail(content), Path.GetFileNameWithoutExtension(content)));
            tiles.AddRange(cells.Where(cell => cell.Content == content)
                .Select(cell => new ContactSheet.Tile(Thumbnail(cell.Output), cell.Loss is { } loss ? string.Create(CultureInfo.InvariantCulture, $"{loss.Style:P1} of style left") : "")));
        }
        return ContactSheet.Draw(tiles, styles.Count + 1);
    }

    private static Picture Thumbnail(string file)
    {
        var picture = Picture.Load(file);
        var (height, width) = Fit.LongSide(picture.Height, picture.Width, ThumbnailSide);
        return picture.Resize(height, width);
    }

    private static List<string> Pictures(string folder, string what)
    {
        if (!Directory.Exists(folder)) throw new ReverieException($"there is no folder {folder} with {what}");
        var files = Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new ReverieException($"the folder {folder} holds no pictures ({string.Join(", ", Extensions)})");
        return files.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new ReverieException($"{folder} holds {string.Join(" and ", twice.Select(Path.GetFileName))}, whose results would have one name; rename one")
            : files;
    }

    private sealed class Relay(ProgressDisplay display, int done, int all, string name) : IProgress<StyleProgress>
    {
        public void Report(StyleProgress value) =>
            display.Report(done + (double)value.Done / value.Total, all, $"picture {done + 1}/{all} ({name}), size {value.Scale}/{value.Scales}");
    }
}
