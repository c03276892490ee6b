using System.Globalization;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recomputation;
using Reverie.Runtime;
using Reverie.Video.Frames;
using Reverie.Video.Journal;

namespace Reverie.Video;

/// <summary>
/// Makes a video of a video: reads the source's frames, makes them one after the other, writes each into the journal beside the output, and encodes them when all are there. A job that
/// ends early, however it ends, is gone on with by the same job again, to the same frames.
/// </summary>
/// <example><code>
/// var source = FrameSource.Probe("cat.mp4");
/// var job = new VideoJob(source, new() { Height = 360, Width = 640 }, "dream.mp4");
/// job.Run(new VideoDream(), Network.Embedded);
/// </code></example>
public sealed class VideoJob
{
    // of the raw frames: measured on dreams, which are rich in detail
    private const double JournalShare = 0.75;

    private readonly bool _overwrite;
    private readonly OutputPlan? _plan;

    /// <summary>Plans a job; nothing is written yet.</summary>
    /// <param name="source">The source.</param>
    /// <param name="selection">Which of its frames, and how large.</param>
    /// <param name="output">A video, told by its extension, or a folder for the frames.</param>
    /// <param name="codec">How frames are encoded; null for the container's usual way.</param>
    /// <param name="overwrite">Whether existing files are replaced.</param>
    /// <exception cref="ReverieException">The output cannot be written, or ffmpeg is not installed.</exception>
    public VideoJob(VideoInfo source, VideoSelection selection, string output, VideoCodec? codec = null, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(output);
        (Source, Selection, _overwrite) = (source, selection, overwrite);
        Output = Path.TrimEndingDirectorySeparator(output);
        if (OutputPlan.IsVideo(output))
        {
            Ffmpeg.EnsureInstalled("ffmpeg", "ffprobe");
            AtomicFile.EnsureWritable(output, overwrite);
            _plan = OutputPlan.For(source, output, codec, selection.Height, selection.Width);
        }
        else
        {
            if (codec is not null) throw new ReverieException("a codec is for videos; a folder of frames holds PNG files");
            FramesFolder.EnsureFree(Output, overwrite);
        }
    }

    /// <summary>The source.</summary>
    public VideoInfo Source { get; }

    /// <summary>Which frames are made.</summary>
    public VideoSelection Selection { get; }

    /// <summary>The video, or the folder of the frames.</summary>
    public string Output { get; }

    /// <summary>The folder in which frames are kept until they are encoded.</summary>
    public string JournalFolder => $"{Output}.journal";

    /// <summary>A small video of the frames so far, which plays while others are made; for videos only.</summary>
    public string PreviewFile => Path.Combine(JournalFolder, FrameJournal.PreviewName);

    /// <summary>What of the source is lost or changed on the way, a line each.</summary>
    public IReadOnlyList<string> Notes => _plan?.Notes ?? [];

    /// <summary>About how many bytes the journal of a pass will take; of several passes there are two at a time.</summary>
    public long JournalBytes => (long)(JournalShare * 3 * Selection.Height * Selection.Width * Selection.Count(Source)) + 48L * Selection.Height * Selection.Width;

    /// <summary>The first frame that is made.</summary>
    /// <exception cref="ReverieException">There is none in the range.</exception>
    public Picture FirstFrame(CancellationToken cancellation = default)
    {
        foreach (var frame in FrameSource.Read(Source, Selection.Height, Selection.Width, cancellation))
            if (Selection.Has(frame, Source.TimeBase)) return frame.Picture;
        throw NoFrame();
    }

    /// <summary>Makes the video, from where an earlier run of the same job ended.</summary>
    /// <param name="method">How frames are made.</param>
    /// <param name="network">The network.</param>
    /// <param name="description">All that the frames depend on beside the source: what tells this job from another one with the same output; goes into the video as a comment.</param>
    /// <param name="progress">Told where it stands.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run early; what was made stays in the journal.</param>
    /// <exception cref="ReverieException">A setting is out of range, a frame cannot be read, the disk is full, ffmpeg fails, or the journal is another job's.</exception>
    public VideoResult Run(VideoMethod method, Network network, string? description = null, IProgress<VideoProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(network);
        description ??= string.Create(CultureInfo.InvariantCulture, $"{method.ToJson()} {network.Sha256} {Path.GetFileName(Source.Path)} {Selection}");
        CheckSpace(Math.Min(method.PassCount, 2));
        using var journal = FrameJournal.Open(JournalFolder, description, _overwrite);
        try
        {
            MakeFrames(method, network, journal, description, progress, options, cancellation);
            Encode(journal, description, progress, cancellation);
        }
        catch (OperationCanceledException) when (journal.Count > 0)
        {
            return new(journal.Notes, Cancelled: true);
        }
        catch (ReverieException exception) when (journal.Count > 0)
        {
            throw new ReverieException($"{exception.Message}; the {journal.Count} frames made so far are kept in '{JournalFolder}', and the same command goes on from there", exception);
        }
        var notes = journal.Notes;
        journal.Remove();
        return new(notes, Cancelled: false);
    }

    // Passes before the last have journals of their own in the last one's, each kept until the pass after it is done. Where a run begins, the last that is there goes on; if it is done, nothing is left to do in it.
    private void MakeFrames(VideoMethod method, Network network, FrameJournal journal, string description, IProgress<VideoProgress>? progress, RuntimeOptions? options, CancellationToken cancellation)
    {
        var last = method.PassCount - 1;
        var pass = last;
        while (pass > 0 && !(pass == last ? journal.Count > 0 : Directory.Exists(PassFolder(pass)))) pass--;
        var (count, made, work, note) = (Selection.Count(Source), 0, journal, (FrameNote?)null);
        var (position, written, total, telling) = (0.0, journal.Count, 0, new Lock());
        // flow, measures and the journal are at work while a frame is made
        options = (options ?? RuntimeOptions.Default) with { SharesCores = true };
        using var workers = FrameWorkers.Open(method, network, options);
        using var preview = _plan is null ? null : new VideoPreview(PreviewFile, Selection.Height, Selection.Width, Source.FrameRate.Value / Selection.Every);
        if (preview is not null)
            foreach (var (_, rgb, height, width) in journal.Frames()) preview.Add(FrameBytes.ToPicture(rgb, height, width));
        var loop = new FrameLoop(Source, Selection, workers.All, new() { Threads = options.ThreadCount }, state =>
        {
            if (pass == last) preview?.Add(state.Result);
            lock (telling) (note, made, written) = (state.Note, made + 1, work.Count);
            Tell(made);
        }, progress is null ? null : new Relay(Tell));
        var earlier = pass == 0 ? null : FrameJournal.Open(PassFolder(pass - 1), description, _overwrite);
        try
        {
            for (; pass <= last; pass++)
            {
                work = pass == last ? journal : FrameJournal.Open(PassFolder(pass), description, _overwrite);
                lock (telling) (written, total) = (work.Count, made + count - work.Count + (last - pass) * count);
                if (pass == 0) loop.Make(work, cancellation);
                else loop.MakeAgain(work, earlier!, backwards: pass % 2 == 1, cancellation);
                if (work.Count == 0) throw NoFrame();
                earlier?.Remove();
                earlier = work == journal ? null : work;
            }
        }
        finally
        {
            if (work != journal) work.Dispose();
            earlier?.Dispose();
        }

        // from the thread that makes frames and from the one that writes them down
        void Tell(double now)
        {
            lock (telling) progress?.Report(new(false, position = Math.Max(position, now), Math.Max(total, (int)Math.Ceiling(position)), written, note));
        }
    }

    private string PassFolder(int pass) => Path.Combine(JournalFolder, FrameJournal.PassesName, string.Create(CultureInfo.InvariantCulture, $"{pass + 1}"));

    private void Encode(FrameJournal journal, string description, IProgress<VideoProgress>? progress, CancellationToken cancellation)
    {
        if (_plan is null)
        {
            var folder = new FramesFolder(Path.Combine(JournalFolder, "frames"));
            EachFrame((rgb, _, _) => folder.Write(rgb, Selection.Height, Selection.Width));
            folder.Finish(Output, _overwrite);
            return;
        }
        (double, double)? range = Selection.From is null && Selection.To is null ? null : (Selection.From ?? 0, Selection.To ?? Source.Seconds);
        using var writer = new VideoWriter(Output, _plan, Source, Selection.Height, Selection.Width, range, description.ReplaceLineEndings(""), _overwrite);
        EachFrame(writer.Write);
        writer.Finish(cancellation);

        void EachFrame(Write write)
        {
            var notes = journal.Notes;
            // the last frame is shown as long as frames are on average: no container says more than that
            var usual = Math.Max(1, (long)Math.Round(Selection.Every / (Source.FrameRate.Value * Source.TimeBase.Value)));
            var number = 0;
            foreach (var (note, rgb, _, _) in journal.Frames())
            {
                cancellation.ThrowIfCancellationRequested();
                write(rgb, note.Time - notes[0].Time, number + 1 < notes.Count ? notes[number + 1].Time - note.Time : usual);
                number++;
                progress?.Report(new(true, number, notes.Count, notes.Count, note));
            }
        }
    }

    private delegate void Write(ReadOnlySpan<byte> rgb, long time, long ticks);

    private void CheckSpace(int journals)
    {
        var held = Directory.Exists(JournalFolder) ? Directory.EnumerateFiles(JournalFolder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) : 0;
        var (free, needed) = (new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(JournalFolder))!).AvailableFreeSpace, journals * JournalBytes);
        if (needed - held > free)
            throw new ReverieException($"the frames will take about {MemoryBudget.Describe(needed)} beside '{Output}' until they are encoded, but {MemoryBudget.Describe(free)} are free; free some, or give a smaller --size, a --range or another --output");
    }

    private ReverieException NoFrame() => new(string.Create(CultureInfo.InvariantCulture, $"'{Source.Path}' has no frame in the range asked for; it is {Source.Seconds:0.##} seconds long"));

    private sealed class Relay(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
