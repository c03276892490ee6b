using System.CommandLine;
using Reverie.Cli.Commands;
using Reverie.Cli.Recipes;
using Reverie.Style;

namespace Reverie.Cli.Options;

/// <summary>The options of <c>style</c> by which a run is watched, paused and resumed, and by which its ledger is drawn; none of them changes the picture.</summary>
internal sealed class StyleRunOptions
{
    private readonly Option<string?> _preview = new("--preview") { Description = "A picture of the painting as it stands, written anew every few seconds", HelpName = "FILE" };
    private readonly Option<string?> _live = new("--live") { Description = "A page that shows the painting as it stands, the time left and the curve of the objective; open it in a browser, it loads itself anew", HelpName = "FILE.html" };
    private readonly Option<string?> _checkpoint = new("--checkpoint") { Description = "Keep the state of the run in this file, every half minute and on Ctrl-C; --resume goes on from there. Gone when the picture is done", HelpName = "FILE" };
    private readonly Option<string?> _resume = new("--resume") { Description = "Go on with a run that was paused, as if there had been no pause; the checkpoint knows pictures and settings", HelpName = "FILE" };

    private readonly Option<string?> _ledger = new("--ledger") { Description = "Also draw which layer gained from the change of which pixel, one map for each; takes a few times as long", HelpName = "FILE" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_preview, _live, _checkpoint, _resume, _ledger];

    /// <summary>The ledger's sheet, claimed; null for none.</summary>
    /// <exception cref="ReverieException">It cannot be written.</exception>
    public string? ClaimLedger(CommandContext context)
    {
        if (context.Value(_ledger) is not { } file) return null;
        context.Outputs.Claim(file, "--ledger");
        Imaging.Picture.EnsureSavable(file, 1, 1, false, context.Force);
        return file;
    }

    /// <summary>The checkpoint to go on from; null for a new run.</summary>
    public string? Resumed(CommandContext context) => context.Value(_resume);

    /// <summary>Whether a checkpoint is to go on from, on a command line that is still being read.</summary>
    public bool Resumes(System.CommandLine.Parsing.CommandResult result) => result.GetResult(_resume) is not null;

    /// <summary>The file that the run's state is kept in, claimed; null for none.</summary>
    /// <param name="context">The command.</param>
    /// <param name="output">The result's file.</param>
    /// <exception cref="ReverieException">It cannot be written.</exception>
    public string? ClaimCheckpoint(CommandContext context, string output)
    {
        if (context.Value(_resume) is not { } resume) return context.Value(_checkpoint) is { } file ? context.Outputs.Claim(file, "--checkpoint") : null;
        if (context.Given(_checkpoint)) throw new ReverieException("--resume goes on keeping the state in its own file; leave --checkpoint out");
        if (Path.GetFullPath(resume) == Path.GetFullPath(output)) throw new ReverieException($"--resume and --output name the same file, '{resume}'; give each its own");
        AtomicFile.EnsureWritable(resume, overwrite: true);
        return resume;
    }

    /// <summary>What keeps the run's state; null for nothing.</summary>
    public StyleCheckpoint? Checkpoint(CommandContext context, string? file, Func<string> memo) =>
        file is null ? null : new(file) { Resume = context.Given(_resume), Memo = memo() };

    /// <summary>What shows the run; null for nothing.</summary>
    /// <exception cref="ReverieException">A file cannot be written.</exception>
    public StylePreview? Preview(CommandContext context, string title)
    {
        var picture = context.Value(_preview) is { } preview ? context.Outputs.Claim(preview, "--preview") : null;
        if (picture is not null) Imaging.Picture.EnsureSavable(picture, 1, 1, false, context.Force);
        var page = context.Value(_live) is { } live ? context.Outputs.Claim(live, "--live") : null;
        return picture is null && page is null ? null : new(picture, page, title);
    }
}
