using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;
using Reverie.Video.Frames;

namespace Reverie.Cli.Recipes;

/// <summary>Dreams the frames of a storyboard into a folder, and a video of them; and a recorded frame again.</summary>
internal static class StoryboardTask
{
    /// <summary>Dreams all frames that are not there yet.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="storyboard">The storyboard, with its pictures.</param>
    /// <param name="network">The network.</param>
    /// <param name="photo">The first picture.</param>
    /// <param name="image">Its file.</param>
    /// <param name="output">Where to: a folder or a video; null for a folder beside the picture.</param>
    /// <param name="recipe">The recipe of a result at a path.</param>
    public static void Run(CommandContext context, Storyboard storyboard, Network network, Picture photo, string image, string? output, Func<string, Recipe> recipe)
    {
        storyboard.Validate();
        var video = output is not null && OutputPlan.IsVideo(output) ? context.Outputs.Claim(output, "--output") : null;
        if (video is not null) FrameVideo.EnsureTool();
        var folder = FrameFolder.Open(video is null ? output : Path.ChangeExtension(video, ".frames"), image, storyboard, recipe, context.Force);
        if (folder.State is { } state) context.Say($"{folder.Path} holds the frames up to {state.Frame} of this storyboard; going on from there");
        var told = new List<object>();
        var last = (folder.State?.Frame ?? -1) + 1;
        var progress = context.Progress("dreaming");
        try
        {
            context.Report.Timed("dream", () =>
            {
                storyboard.Run(network, photo, Keep, folder.State, new Relay(progress), context.Runtime, context.Cancellation);
                return 0;
            });
        }
        catch (OperationCanceledException) when (last > 0)
        {
            Describe(cancelled: true);
            context.Finish();
            throw new CancelledWithResultException($"cancelled after {last} of {storyboard.Frames} frames, which are in {folder.Path}; the same command goes on from there");
        }
        progress.Dispose();
        if (video is not null) context.Report.Timed("encode", () =>
        {
            video = context.Keep(video, path => FrameVideo.Encode(folder.Path, storyboard.Frames, storyboard.FramesPerSecond, path, recipe(path).ToJson(), context.Force, context.Cancellation));
            return 0;
        });
        Describe(cancelled: false);
        context.Write(video ?? folder.Path);

        void Keep(StoryboardFrame frame)
        {
            folder.Keep(frame);
            last = frame.Number + 1;
            if (frame.Dream is not { } dream) return;
            var settings = storyboard.DreamAt(frame.Number, network);
            told.Add(new { frame = frame.Number, objective = $"{settings.Objective}", mixedWith = settings.Mix is { } mix ? $"{mix.Objective}" : null, share = settings.Mix?.Share ?? 0, steps = dream.Steps, dream.ValueBefore, dream.ValueAfter, gain = double.IsFinite(dream.Gain) ? dream.Gain : (double?)null });
        }

        void Describe(bool cancelled)
        {
            context.Report.Add("settings", storyboard.ToJson());
            context.Report.Add("runtime", DreamCommand.RuntimeHere(context.Runtime));
            context.Report.Add("storyboard", new { output = video ?? folder.Path, frames = storyboard.Frames, framesDone = last, from = folder.State?.Frame + 1 ?? 0, cancelled, dreamt = told });
            if (!cancelled) context.Say(string.Create(CultureInfo.InvariantCulture, $"{storyboard.Frames} frames, {storyboard.Frames / storyboard.FramesPerSecond:0.##} s at {storyboard.FramesPerSecond:0.##} frames a second"));
        }
    }

    /// <summary>Dreams the frames up to a recorded one again, and gives that.</summary>
    public static Picture Replay(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime)
    {
        if (inputs.Count == 0) throw new ReverieException("the recipe names no picture to begin with");
        var storyboard = Storyboard.FromJson(recipe.Settings);
        RecipeSettings.EnsureComplete(recipe.Settings, storyboard.ToJson());
        storyboard = storyboard with { Dream = storyboard.Dream with { Pictures = [.. inputs.Skip(1).Select(Picture.Load)] } };
        Picture? last = null;
        var progress = context.Progress("dreaming");
        storyboard.Run(network, Picture.Load(inputs[0]), frame => last = frame.Picture, null, new Relay(progress), runtime, context.Cancellation);
        progress.Dispose();
        return last!;
    }

    private sealed class Relay(ProgressDisplay display) : IProgress<StoryboardProgress>
    {
        public void Report(StoryboardProgress value) =>
            display.Report(value.Done, value.Frames, $"frame {value.Frame + 1}/{value.Frames}, octave {value.Dream.Octave}/{value.Dream.Octaves} ({value.Dream.Size.Width} x {value.Dream.Size.Height}), step {value.Dream.Step}/{value.Dream.Steps}");
    }
}
