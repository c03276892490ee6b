using Reverie.Dream.Objectives;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Storyboards;

/// <summary>Reads one keyframe of a storyboard's file.</summary>
internal sealed class KeyframeReader(StoryValue value, ObjectiveParser parser, Network network, RuntimeOptions? options)
{
    private static readonly string[] Names = ["at", "objective", "target", "guide", "guide-by", "strength", "octaves", "steps", "zoom", "rotate", "shift", "centre"];

    /// <summary>Reads it.</summary>
    /// <param name="map">The keyframe.</param>
    /// <param name="before">What was dreamt of before: a guide guides its layers where no objective is said. Null where nothing was.</param>
    /// <exception cref="ReverieException">Something is wrong; the message says where.</exception>
    public Keyframe Read(StoryNode map, Objective? before)
    {
        foreach (var (key, _) in map.Entries!)
            if (!Names.Contains(key.Text)) throw value.Error(key, Onnx.Names.Unknown("entry of a keyframe", key.Text!, Names));
        if (Entry(map, "at") is not { } at) throw value.Error(map, "a keyframe needs 'at:', the frame that it is for");
        var keyframe = new Keyframe { At = value.Frame("at", at), Objective = Objective(map, before) };
        if (Entry(map, "strength") is { } strength) keyframe = keyframe with { Strength = value.Number("strength", strength, -100, 100) };
        if (Entry(map, "octaves") is { } octaves) keyframe = keyframe with { Octaves = value.Whole("octaves", octaves, 1, 64) };
        if (Entry(map, "steps") is { } steps) keyframe = keyframe with { Steps = value.Whole("steps", steps, 0, 100_000) };
        if (Entry(map, "zoom") is { } zoom) keyframe = keyframe with { Zoom = value.Motion("zoom", zoom, isFactor: true) };
        if (Entry(map, "rotate") is { } rotate) keyframe = keyframe with { Rotate = value.Motion("rotate", rotate, isFactor: false) };
        if (Entry(map, "centre") is { } centre) keyframe = keyframe with { Centre = value.At(centre, () => parser.Point(value.Text("centre", centre))) };
        if (Entry(map, "shift") is { } shift)
            keyframe = shift.Items is [var across, var down] ? keyframe with { ShiftX = value.Share("shift", across), ShiftY = value.Share("shift", down) }
                : throw value.Error(shift, "'shift' takes two shares, to the right and to the bottom: [1%, 0%]");
        return keyframe;
    }

    private Objective? Objective(StoryNode map, Objective? before)
    {
        var (formula, target, guide) = (Entry(map, "objective"), Entry(map, "target"), Entry(map, "guide"));
        if (Entry(map, "guide-by") is { } by && guide is null) throw value.Error(by, "'guide-by' says how a guide guides; give the guide with 'guide:'");
        if ((formula ?? target ?? guide) is not { } first) return null;
        List<ObjectiveTerm> terms = formula is null ? [] : [.. value.At(formula, () => parser.Parse(value.Text("objective", formula))).Terms];
        if (guide is not null)
        {
            var measure = Entry(map, "guide-by") is { } how ? value.Choice("guide-by", how, ("match", ObjectiveMeasure.Guide), ("sum", ObjectiveMeasure.GuideSum)) : ObjectiveMeasure.Guide;
            var number = value.At(guide, () => parser.Picture(value.Text("guide", guide)));
            if (formula is null) terms.AddRange((before ?? value.At(guide, () => new DeepDream().ObjectiveFor(network))).Terms.DistinctBy(term => term.Layer));
            terms = terms.ConvertAll(term => term with { Measure = measure, Guide = number });
        }
        if (target is not null) terms.AddRange(value.At(target, () => Dream.Objective.Class(network, value.Text("target", target))).Terms);
        var objective = new Objective { Terms = terms };
        // channels, places, guides: what only the graph can tell
        _ = value.At(first, () => ObjectiveGraph.Build(network, objective, new(network, [.. parser.PictureFiles.Select(Picture.Load)], options)));
        return objective;
    }

    private static StoryNode? Entry(StoryNode map, string name) => map.Entries!.Find(entry => entry.Key.Text == name).Value;
}
