using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Models.Catalogue;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models pull</c>: fetches networks of the catalogue.</summary>
internal sealed class ModelsPullCommand : ReverieCommand
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "Networks of the catalogue ('reverie models catalogue' lists them)", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _from = new("--from") { Description = "Take the file from this folder, file or address instead of the published one", HelpName = "DIR|URL" };
    private readonly Option<bool> _strip = new("--strip") { Description = "Cut the classifier off: enough for dreams and styles, and often a fraction of the size" };

    public ModelsPullCommand(SharedOptions shared) : base("pull", "Fetch networks; an interrupted download goes on where it was", shared)
    {
        Add(_names);
        AddOptions([_from, _strip, shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        var store = new ModelStore();
        var entries = context.Value(_names)!.Select(name => ModelCatalogue.Find(name)
            ?? throw new ReverieException($"{Onnx.Names.Unknown("network in the catalogue", name, ModelCatalogue.Entries.Select(entry => entry.Name))}; 'reverie models add' takes files of your own")).ToList();
        var pulled = new List<object>();
        foreach (var entry in entries)
        {
            if (store.Has(entry.Name)) context.Say($"{entry.Name} is here already: {store.PathOf(entry.Name)}");
            var display = context.Progress(entry.Name);
            var pull = new ModelPull
            {
                Entry = entry,
                From = context.Value(_from),
                Strip = context.Value(_strip),
                Waiting = () => context.Say($"another process is fetching {entry.Name}; waiting for it"),
            };
            var path = pull.RunAsync(store, new Megabytes(display), context.Cancellation).GetAwaiter().GetResult();
            display.Dispose();
            var source = store.SourceOf(entry.Name);
            if (source is { Published: false }) context.Say($"no hash of {entry.Name} is published: this download is trusted and pinned ({source.FetchedSha256})");
            context.Write(path);
            pulled.Add(new { name = entry.Name, file = path, bytes = new FileInfo(path).Length, source });
        }
        context.Report.Add("pulled", pulled);
    }

    /// <summary>Megabytes on the progress bar.</summary>
    private sealed class Megabytes(ProgressDisplay display) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            var megabytes = (value.Done / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
            display.Report(value.Done, value.Total ?? double.NaN, value.Total is { } total ? string.Create(CultureInfo.InvariantCulture, $"{megabytes} of {total / 1e6:0.0} MB from {value.From}") : $"{megabytes} MB from {value.From}");
        }
    }
}
