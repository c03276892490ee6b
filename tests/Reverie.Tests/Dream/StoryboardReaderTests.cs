using Reverie.Dream;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Dream;

/// <summary>Storyboards as files.</summary>
public class StoryboardReaderTests
{
    [Fact]
    public void What_a_file_says_is_read()
    {
        using var folder = new TempFolder();
        CardCheck.Sample().Resize(40, 50).Save(folder["guide.png"]);
        File.WriteAllText(folder["a.yaml"], """
            # a comment
            fps: 10
            seconds: 3
            every: 2
            octaves: 3
            step-size: 0.8
            smoothing: laplacian
            seamless: both
            keyframes:
              - at: 0
                objective: relu3_2:4 - 0.5*relu2_2
                zoom: 1.5/s
                rotate: 30/s
                shift: [1%, -2%]
                centre: 25%,75%
              - { at: 2s, guide: guide.png, guide-by: sum, strength: 0.5 }
              - at: 25
                target: tabby
                steps: 4
            """);
        var (storyboard, pictures) = Read(folder["a.yaml"]);
        Assert.Equal([folder["guide.png"]], pictures);
        Assert.Equal((30, 10, 2), (storyboard.Frames, (int)storyboard.FramesPerSecond, storyboard.Every));
        Assert.Equal((3, 0.8, GradientSmoothing.Laplacian, Seamless.Both), (storyboard.Dream.Octaves, storyboard.Dream.StepSize, storyboard.Dream.Smoothing, storyboard.Dream.Seamless));
        Assert.Equal([0, 20, 25], storyboard.Keyframes.Select(keyframe => keyframe.At));
        var (first, second) = (storyboard.Keyframes[0], storyboard.Keyframes[1]);
        Assert.Equal(1.5, Math.Pow(first.Zoom!.Value, 10), 1e-9);
        Assert.Equal((3, 0.01, -0.02, new Place(0.25, 0.75)), (first.Rotate, first.ShiftX, first.ShiftY, first.Centre));
        Assert.Equal(2, first.Objective!.Terms.Count);
        // the guide guides the layers dreamt of before
        Assert.Equal([("relu3_2", ObjectiveMeasure.GuideSum), ("relu2_2", ObjectiveMeasure.GuideSum)], second.Objective!.Terms.Select(term => (term.Layer, term.Measure)));
        Assert.Null(second.Zoom);
        Assert.Equal(4, storyboard.Keyframes[2].Steps);
        // JSON is YAML; and what is read survives its own JSON
        Assert.Equal(storyboard.ToJson().GetRawText(), Storyboard.FromJson(storyboard.ToJson()).ToJson().GetRawText());
        File.WriteAllText(folder["b.json"], """{ "frames": 4, "keyframes": [ { "at": 0, "objective": "relu3_2", "shift": ["1%", "0%"] } ] }""");
        Assert.Equal(4, Read(folder["b.json"]).Storyboard.Frames);
    }

    [Theory]
    [InlineData("line 1", "anything", "a storyboard is a list")]
    [InlineData("line 1, column 1", "frames: 3", "needs 'keyframes:'")]
    [InlineData("line 2, column 1", "frames: 3\nkeyfames: []", "did you mean")]
    [InlineData("line 1, column 9", "frames: many\nkeyframes: [{at: 0}]", "'frames' takes a whole number")]
    [InlineData("line 2, column 12", "frames: 3\nkeyframes: {}", "'keyframes' is a list")]
    [InlineData("line 2, column 5", "keyframes:\n  - zoom: 1.1", "needs 'at:'")]
    [InlineData("line 3, column 5", "keyframes:\n  - at: 0\n    zom: 1.1", "did you mean zoom")]
    [InlineData("line 3, column 16", "keyframes:\n  - at: 0\n    objective: relu9", "there is no layer 'relu9'")]
    [InlineData("line 3, column 16", "keyframes:\n  - at: 0\n    objective: relu3_2:4000", "has no channel 4000")]
    [InlineData("line 3, column 13", "keyframes:\n  - at: 0\n    target: unicorn horn", "there is no class")]
    [InlineData("line 3, column 12", "keyframes:\n  - at: 0\n    guide: nothing.png", "does not exist")]
    [InlineData("line 3, column 11", "keyframes:\n  - at: 0\n    zoom: fast", "'zoom' takes a number by frame")]
    [InlineData("line 2, column 5", "keyframes:\n  - at: 0\n    zoom: 7", "zoom must be between")]
    [InlineData("line 3, column 12", "keyframes:\n  - at: 0\n    shift: 3", "'shift' takes two shares")]
    [InlineData("line 3, column 5", "keyframes:\n  - at: 5\n  - at: 5", "order of time")]
    [InlineData("line 2, column 1", "every: 2\nevery: 3\nkeyframes: [{at: 0}]", "said twice")]
    [InlineData("line 1, column 4", "a: &x [1]\nkeyframes: *x", "anchors")]
    [InlineData("line 3", "keyframes:\n  - at: [0", "")]
    [InlineData("line 1", "\t- x", "")]
    [InlineData("line 1", "[[[[[[[[[[[[1]]]]]]]]]]]]", "nested deeper")]
    [InlineData("line 1, column 3", "? [a]\n: 3", "")]
    public void What_is_wrong_is_told_with_its_place(string place, string text, string says)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a.yaml"], text);
        var message = Assert.Throws<ReverieException>(() => Read(folder["a.yaml"])).Message;
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_file_that_is_not_there_or_empty_is_told()
    {
        using var folder = new TempFolder();
        Assert.Contains("cannot be read", Assert.Throws<ReverieException>(() => Read(folder["none.yaml"])).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["a.yaml"], "# nothing");
        Assert.Contains("is empty", Assert.Throws<ReverieException>(() => Read(folder["a.yaml"])).Message, StringComparison.Ordinal);
    }

    private static (Storyboard Storyboard, IReadOnlyList<string> Pictures) Read(string file) => new StoryboardReader(Network.Embedded, 40, 50).Read(file, new());
}
