using System.CommandLine;
using System.Globalization;
using Reverie.Axioms;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie axioms</c>: which axioms of attribution hold on this network, for which methods, and by which rewrite they are broken.</summary>
internal sealed class AxiomsCommand : ReverieCommand
{
    private readonly Argument<string?> _image = new("image") { Description = "The picture to explain; without it the sample that is part of Reverie", HelpName = "IMAGE", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _demo = new("--demo") { Description = "Show the counterexamples T1 to T9 on tiny networks, with every number derived; no network is needed" };
    private readonly Option<string?> _methods = new("--methods") { Description = "The methods; without it twelve. 'list' lists all", HelpName = "ID,ID,..." };
    private readonly Option<string?> _rewrites = new("--rewrites") { Description = "The rewrites; without it all", HelpName = "R1,R2,..." };
    private readonly Option<string?> _target = new("--target") { Description = "The class: its index or its name. Without it: the likeliest", HelpName = "CLASS" };
    private readonly Option<string?> _baseline = new("--baseline") { Description = "What the picture is compared with: noise, black, white, mean, blur or a picture. Without it: noise", HelpName = "BASELINE" };
    private readonly Option<bool> _float64 = new("--float64") { Description = "Measure the gradient and integrated gradients in float64 too where float32 has decided already" };
    private readonly Option<bool> _invariance = new("--invariance-only") { Description = "Rewrites only, no constructions" };
    private readonly Option<string?> _figures = new("--figures") { Description = "With --demo: write each figure as a picture T1.png to T9.png into a folder", HelpName = "FOLDER" };

    public AxiomsCommand(SharedOptions shared) : base("axioms", "Measure which axioms of attribution hold on a network, and show the counterexamples", shared)
    {
        Add(_image);
        AddOptions([shared.Output, _demo, _methods, _rewrites, _target, _baseline, _float64, _invariance, _figures, shared.Seed, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        if (context.Value(_methods) == "list")
        {
            List(context);
            return;
        }
        var output = context.Value(Shared.Output);
        if (output is not null)
        {
            if (!IsPage(output) && Path.GetExtension(output).ToLowerInvariant() is not (".png" or ".jpg" or ".jpeg" or ".webp"))
                throw new ReverieException($"'{output}': give the report a name that ends in .html, or in .png for a sheet of the maps");
            context.Outputs.Claim(output, "--output");
        }
        if (context.Value(_demo))
        {
            if (new Option[] { _methods, _rewrites, _target, _baseline, _float64, _invariance, Shared.Model }.FirstOrDefault(context.Given) is { } other || context.Value(_image) is not null)
                throw new ReverieException("--demo shows tiny networks of its own; leave the picture, --model, --methods and the other options of measurements out");
            if (output is not null && !IsPage(output)) throw new ReverieException($"'{output}': the demonstration is a page, .html; --figures FOLDER writes its pictures");
            Demonstrate(context, output);
            return;
        }
        if (context.Given(_figures)) throw new ReverieException("--figures writes the figures of --demo; for the maps of a network give -o a name that ends in .png");
        Measure(context, output);
    }

    private void Measure(CommandContext context, string? output)
    {
        var lab = Settings(context);
        foreach (var id in lab.Methods) LabMethods.Find(id);
        var image = context.Value(_image);
        var photo = image is null ? CardCheck.Sample() : Picture.Load(image);
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        var report = AxiomTask.Run(context, lab, network, photo, context.Runtime);
        foreach (var line in AxiomText.Tables(report)) context.Write(line);
        if (output is not null)
        {
            var recipe = new Recipe
            {
                Reverie = JsonReport.Version,
                Command = "axioms",
                Settings = lab.ToJson(),
                Model = RecipeModel.Of(network, output),
                Inputs = image is null ? [] : [new(FileHash.Of(image), FileHash.RelativeTo(output, image))],
                Runtime = DreamCommand.RuntimeHere(context.Runtime),
            };
            if (IsPage(output)) AxiomPage.Write(context, output, report, recipe);
            else MapPair.Sheet(report).Save(output, new PictureMetadata { [PictureMetadata.Recipe] = recipe.ToJson() }, context.Force);
            context.Write(output);
            context.Report.Add("output", output);
        }
        context.Report.Add("settings", lab.ToJson());
        AxiomText.Add(context.Report, report);
        foreach (var note in report.Notes) context.Say(note);
        context.ExitCode = ExitCodeOf(report);
        foreach (var failure in report.Failures)
            context.Say(string.Create(CultureInfo.InvariantCulture, $"{failure.Method} breaks {AxiomText.Name(failure.Axiom)} by {failure.Value:0.0e0} ({failure.Check}), which is proved to hold: this is an error of the program; please report it with the model"));
    }

    /// <summary>0, or 1 where something that is proved to hold was found broken.</summary>
    internal static int ExitCodeOf(AxiomReport report) => report.Failures.Count > 0 ? ExitCodes.InternalError : ExitCodes.Done;

    private AxiomLab Settings(CommandContext context)
    {
        var lab = new AxiomLab { Target = new Target { Class = context.Value(_target) }, Float64 = context.Value(_float64), Constructions = !context.Value(_invariance), Seed = (ulong)(context.Value(Shared.Seed) ?? 0) };
        if (context.Value(_methods) is { } methods) lab = lab with { Methods = Split(methods) };
        if (context.Value(_rewrites) is { } rewrites) lab = lab with { Rewrites = Split(rewrites) };
        if (context.Value(_baseline) is { } baseline) lab = lab with { Baseline = Baseline.Parse(baseline) };
        return lab;

        static string[] Split(string ids) => ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private void Demonstrate(CommandContext context, string? output)
    {
        var folder = context.Value(_figures);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            for (var number = 1; number <= 9; number++) context.Outputs.Claim(Path.Combine(folder, $"T{number}.png"), "--figures");
        }
        var figures = context.Report.Timed("figures", TeachingFigures.All);
        foreach (var line in figures.SelectMany(AxiomText.Figure)) context.Write(line);
        if (folder is not null)
            foreach (var figure in figures)
            {
                var path = Path.Combine(folder, $"{figure.Id}.png");
                FigurePicture.Draw(figure).Save(path, new PictureMetadata { [PictureMetadata.Recipe] = AxiomTask.RecipeOf(figure, path, context.Runtime).ToJson() }, context.Force);
                context.Write(path);
            }
        if (output is not null)
        {
            AxiomPage.Write(context, output, figures);
            context.Write(output);
        }
        context.Report.Add("figures", figures);
        if (figures.Any(figure => !figure.Agrees)) context.ExitCode = ExitCodes.InternalError;
    }

    private static bool IsPage(string path) => Path.GetExtension(path).ToLowerInvariant() is ".html" or ".htm";

    private static void List(CommandContext context)
    {
        var table = new TextTable("METHOD", "NAME", "COMPLETE", "SENSITIVE", "DUMMY", "INVARIANT", "LINEAR", "SYMMETRIC", "WHY");
        foreach (var method in LabMethods.All)
            table.Add([method.Id, method.Title, .. Enum.GetValues<Axiom>().Select(axiom => method.Theory[axiom] switch { Promise.Guaranteed => "yes", Promise.Conditional => "~", _ => "no" }), method.Theory.Reason]);
        foreach (var line in table.Lines()) context.Write(line);
        context.Write("");
        var rewrites = new TextTable("REWRITE", "WHAT IS DONE", "IDENTITY");
        foreach (var rewrite in EquivalentRewrites.All) rewrites.Add(rewrite.Id, rewrite.Title, rewrite.Identity);
        foreach (var line in rewrites.Lines()) context.Write(line);
    }
}
