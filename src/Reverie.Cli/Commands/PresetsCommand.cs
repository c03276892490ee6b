using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Dream.Presets;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie presets</c>: the presets of a network, as a list or as a page of pictures.</summary>
internal sealed class PresetsCommand : ReverieCommand
{
    private const int DefaultSize = 384;

    private readonly Option<string?> _gallery = new("--gallery", "-g") { Description = "Make a page that shows every preset", HelpName = "FILE.html" };
    private readonly Option<string[]> _images = new("--image", "-i") { Description = "The pictures that the page's dreams begin with, in turn. Without it: the sample that is part of Reverie", HelpName = "IMAGE" };
    private readonly Option<int?> _size = NumberOption.Int("--size", "The longer side of the page's pictures; without it 384", 32, 4096, "-s");

    public PresetsCommand(SharedOptions shared) : base("presets", "List ways to dream that were tried and found good, or show them all", shared) =>
        AddOptions([_gallery, _images, _size, shared.Seed, .. shared.Computing]);

    protected override void Run(CommandContext context)
    {
        var page = context.Value(_gallery);
        if (page is null && (context.Given(_images) || context.Given(_size))) throw new ReverieException("--image and --size are for the page; ask for it with --gallery FILE.html");
        if (page is not null) AtomicFile.EnsureWritable(page, context.Force);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var presets = DreamPresets.For(network);
        if (presets.Count == 0) throw new ReverieException($"there are no presets for {network.Name}; say what is to dream with 'reverie dream --layer'");
        context.Report.Add("presets", presets.Select(preset => new { preset.Name, preset.Description, preset.Formula }));
        if (page is not null)
        {
            var images = context.Value(_images) is { Length: > 0 } given ? given.Select(Picture.Load).ToList() : [CardCheck.Sample()];
            PresetGallery.Run(context, network, presets, images, context.Value(_size) ?? DefaultSize, (ulong)(context.Value(Shared.Seed) ?? 0), page);
            return;
        }
        var table = new TextTable("PRESET", "WHAT COMES OF IT", "EXCITES");
        foreach (var preset in presets) table.Add(preset.Name, preset.Description, string.Join(", then ", preset.Then.Prepend(preset.Formula)));
        foreach (var line in table.Lines()) context.Write(line);
    }
}
