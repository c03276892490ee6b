using Reverie.Dream.Objectives;
using Reverie.Dream.Presets;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Dream.Storyboards;

/// <summary>
/// Reads storyboards from YAML or JSON (docs/storyboards.md). Everything that can be wrong is found now: names, numbers, layers, channels, classes, files; one line says what, and where
/// in the file.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="height">The picture's rows, in whose pixels points may be given.</param>
/// <param name="width">Its columns.</param>
/// <param name="options">Where guides are looked at; the defaults where null.</param>
public sealed class StoryboardReader(Network network, int height, int width, RuntimeOptions? options = null)
{
    private static readonly string[] Own = ["frames", "seconds", "fps", "every", "keyframes", "preset"];

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file; names of pictures in it are relative to its folder.</param>
    /// <param name="defaults">The dream where neither the file nor its preset say anything.</param>
    /// <param name="pictures">The files of pictures that <paramref name="defaults"/> names by number; those that the storyboard names come behind them.</param>
    /// <returns>The storyboard, whose dream lacks the pictures still, and the files of all pictures in the order of their numbers.</returns>
    /// <exception cref="ReverieException">The file cannot be read, or something in it is wrong; the message says where.</exception>
    public (Storyboard Storyboard, IReadOnlyList<string> Pictures) Read(string file, DeepDream defaults, IReadOnlyList<string>? pictures = null)
    {
        var root = StoryNode.Read(file);
        if (root.Entries is null) throw new ReverieException($"{file}, line {root.Line}: a storyboard is a list of 'name: value', with 'keyframes:' among them");
        var rate = Entry(root, "fps") is { } fps ? new StoryValue(file, 25).Number("fps", fps, 0.001, 1000) : 25;
        var value = new StoryValue(file, rate);
        RefuseTwice(root, value);
        var parser = new ObjectiveParser(network, height, width) { Folder = Path.GetDirectoryName(Path.GetFullPath(file)) };
        foreach (var picture in pictures ?? []) parser.Picture(Path.GetFullPath(picture));
        var dream = Entry(root, "preset") is { } preset ? value.At(preset, () => Preset(value.Text("preset", preset), defaults)) : defaults;
        foreach (var (key, node) in root.Entries)
            if (!Own.Contains(key.Text))
                dream = StorySettings.Known.TryGetValue(key.Text!, out var set) ? set(value, dream, node)
                    : throw value.Error(key, Names.Unknown("setting of a storyboard", key.Text!, Own.Concat(StorySettings.Known.Keys)));
        var keyframes = Keyframes(root, value, parser, dream);
        var storyboard = new Storyboard
        {
            Frames = Frames(root, value, keyframes),
            FramesPerSecond = rate,
            Every = Entry(root, "every") is { } every ? value.Whole("every", every, 1, 1000) : 1,
            Dream = dream,
            Keyframes = keyframes,
        };
        return (storyboard, parser.PictureFiles);
    }

    private DeepDream Preset(string name, DeepDream defaults)
    {
        var preset = DreamPresets.Find(network, name).For(network);
        return preset with { Size = defaults.Size, Seed = defaults.Seed, Mask = defaults.Mask, Regions = defaults.Regions, Pictures = defaults.Pictures, Rounds = null, Then = null };
    }

    private static int Frames(StoryNode root, StoryValue value, List<Keyframe> keyframes)
    {
        if (Entry(root, "frames") is { } frames && Entry(root, "seconds") is null) return value.Whole("frames", frames, 1, 1_000_000);
        if (Entry(root, "seconds") is { } seconds)
            return Entry(root, "frames") is null ? Math.Max(1, (int)Math.Round(value.Number("seconds", seconds, 0.001, 1_000_000) * value.FramesPerSecond))
                : throw value.Error(seconds, "give 'frames' or 'seconds', not both");
        return keyframes.Count == 0 ? 1 : (int)Math.Ceiling(keyframes[^1].At) + 1;
    }

    private List<Keyframe> Keyframes(StoryNode root, StoryValue value, ObjectiveParser parser, DeepDream dream)
    {
        if (Entry(root, "keyframes") is not { } list) throw value.Error(root, "a storyboard needs 'keyframes:', a list of which each begins with 'at:'");
        if (list.Items is not { Count: > 0 }) throw value.Error(list, "'keyframes' is a list; begin each keyframe with '- at: FRAME'");
        var (keyframes, said) = (new List<Keyframe>(), dream.Objective);
        foreach (var item in list.Items)
        {
            if (item.Entries is null) throw value.Error(item, "a keyframe is a list of 'name: value' that begins with 'at:'");
            RefuseTwice(item, value);
            var reader = new KeyframeReader(value, parser, network, options);
            var keyframe = reader.Read(item, said);
            said = keyframe.Objective ?? said;
            if (keyframes.Count > 0 && keyframe.At <= keyframes[^1].At) throw value.Error(item, FormattableString.Invariant($"this keyframe is at {keyframe.At}, the one before at {keyframes[^1].At}; keyframes stand in the order of time"));
            keyframes.Add(value.At(item, () =>
            {
                keyframe.Validate();
                return keyframe;
            }));
        }
        return keyframes;
    }

    private static void RefuseTwice(StoryNode map, StoryValue value)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, _) in map.Entries!)
            if (!seen.Add(key.Text!)) throw value.Error(key, $"'{key.Text}' is said twice");
    }

    private static StoryNode? Entry(StoryNode map, string name) => map.Entries!.Find(entry => entry.Key.Text == name).Value;
}
