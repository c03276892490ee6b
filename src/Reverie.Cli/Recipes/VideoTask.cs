using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reverie.Cli.Commands;
using Reverie.Cli.Options;
using Reverie.Cli.Reports;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Cli.Recipes;

/// <summary>Makes a video: claims its files, runs the job, and reports.</summary>
internal sealed class VideoTask
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly CommandContext _context;
    private readonly string? _page;

    /// <summary>Decides what will be made and says what will be lost, before any work.</summary>
    /// <exception cref="ReverieException">The output cannot be written, or holds something else.</exception>
    public VideoTask(CommandContext context, VideoOptions options, VideoInfo source, string kind, string? output)
    {
        _context = context;
        var input = Path.TrimEndingDirectorySeparator(source.Path);
        if (output is null || OutputPlan.IsVideo(output))
            output = context.Outputs.Result(output, input, kind, source.Pictures is null && OutputPlan.IsVideo(input) ? Path.GetExtension(input).ToLowerInvariant() : ".mp4");
        Job = new(source, options.Selection(context, source), output, options.Codec(context), context.Force);
        _page = options.Report(context);
        foreach (var note in Job.Notes) context.Say($"note: {note}");
        if (Job.JournalBytes > 1_000_000_000) context.Say(string.Create(CultureInfo.InvariantCulture, $"the frames take about {Job.JournalBytes / 1e9:0.0} GB beside the output until they are encoded"));
    }

    /// <summary>The job.</summary>
    public VideoJob Job { get; }

    /// <summary>Makes the video.</summary>
    /// <param name="method">How frames are made.</param>
    /// <param name="network">The network.</param>
    /// <param name="pictures">The files of the pictures that the settings name.</param>
    /// <param name="title">What is being done, in a word.</param>
    public void Run(VideoMethod method, Network network, IReadOnlyList<string> pictures, string title)
    {
        if (Directory.Exists(Job.JournalFolder)) _context.Say($"{Job.JournalFolder} holds frames of an earlier run; going on from there");
        else if (OutputPlan.IsVideo(Job.Output)) _context.Say($"the frames so far can be watched meanwhile: {Job.PreviewFile}");
        var progress = _context.Progress(title);
        var encoding = false;
        var result = _context.Report.Timed("video", () => Job.Run(method, network, Describe(method.ToJson(), network, pictures), new Relay(told =>
        {
            if (told.Encoding && !encoding) (encoding, progress) = (true, _context.Progress("encoding"));
            progress.Report(told.Done, told.Total, told.Encoding ? null : string.Create(CultureInfo.InvariantCulture, $"frame {Math.Min(told.Frames + 1, told.Frames - (int)told.Done + (int)told.Total)}{Note(told.Last, method)}"));
        }), _context.Runtime, _context.Cancellation));
        Report(method, result);
        if (!result.Cancelled)
        {
            _context.Write(Job.Output);
            return;
        }
        _context.Finish();
        throw new CancelledWithResultException($"cancelled after {result.Notes.Count} of about {Job.Selection.Count(Job.Source)} frames, which are in {Job.JournalFolder}; the same command goes on from there");
    }

    // A run is told apart by all that its frames depend on.
    private string Describe(JsonElement settings, Network network, IReadOnlyList<string> pictures) => JsonSerializer.Serialize(new
    {
        reverie = JsonReport.Version,
        command = "video",
        settings,
        model = network.Sha256,
        source = Job.Source.Pictures is { } files ? Sum(files.Select(FileHash.Of)) : FileHash.Of(Job.Source.Path),
        pictures = pictures.Select(FileHash.Of),
        frames = Job.Selection,
        runtime = DreamCommand.RuntimeHere(_context.Runtime),
    }, Format);

    private static string Sum(IEnumerable<string> hashes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes))));

    private void Report(VideoMethod method, VideoResult result)
    {
        var notes = result.Notes;
        var measures = VideoMeasures.Of(notes);
        _context.Report.Add("settings", method.ToJson());
        _context.Report.Add("runtime", DreamCommand.RuntimeHere(_context.Runtime));
        _context.Report.Add("video", new
        {
            output = Job.Output,
            width = Job.Selection.Width,
            height = Job.Selection.Height,
            frames = notes.Count,
            cuts = notes.Where(note => note.IsKey && note.Number != notes[0].Number).Select(note => note.Number),
            cancelled = result.Cancelled,
            notes = Job.Notes,
            measures,
            shots = VideoMeasures.Shots(notes),
            each = notes,
        });
        if (result.Cancelled) return;
        if (measures.Ratio is { } ratio)
            _context.Say(string.Create(CultureInfo.InvariantCulture, $"{notes.Count} frames; warping error {ratio:0.0} times the source's, persistence of detail {measures.Persistence:0.00}{(measures.Objective is { } value ? $", {method.ObjectiveName} {value:0.0}" : "")}"));
        if (_page is not null) _context.Keep(_page, path => AtomicFile.Write(path, _context.Force, stream => stream.Write(Encoding.UTF8.GetBytes(VideoPage.Write(Job.Source, notes)))));
    }

    private static string Note(FrameNote? note, VideoMethod method) => note is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{(note.Objective is { } value ? $", {method.ObjectiveName} {value:0.0}" : "")}{(note.ResultError is { } error ? $", flicker {Math.Sqrt(error):0.000}" : note.IsKey ? ", key frame" : "")}");

    private sealed class Relay(Action<VideoProgress> tell) : IProgress<VideoProgress>
    {
        public void Report(VideoProgress value) => tell(value);
    }
}
