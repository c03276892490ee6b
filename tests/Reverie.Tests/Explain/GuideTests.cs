using System.Text.RegularExpressions;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Explain;

#pragma warning disable xUnit1051 // examples are as in the guide, which cancels nothing

/// <summary>docs/explain.md: its examples are compiled and run here, and the tests that it names exist.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Shared.InRepository("docs", "explain.md"));

    [Fact]
    public void The_examples_run()
    {
        using var folder = new TempFolder();
        var (model, file, output) = (Path.Combine(folder.Path, "small.onnx"), Path.Combine(folder.Path, "cat.png"), Path.Combine(folder.Path, "why.png"));
        File.Copy(Shared.InRepository("src", "Reverie", "Models", "Embedded", "reverie-s.onnx"), model);
        // a card beside the model comes before the one inside it: small pictures make the test quick
        File.WriteAllText(Path.ChangeExtension(model, ".card.json"), TestPhoto.Network.Card.ToJson());
        TestPhoto.Small.Save(file);

        using var network = Network.Load(model);
        var photo = Picture.Load(file);
        var why = new IntegratedGradients().Run(network, photo);
        Console.WriteLine($"{why.Label}: score {why.Score:F2}, completeness error {why.Gap:P2}");
        new HeatMap().Draw(why, photo).Save(output);

        var rather = new GradCam().Run(network, photo, Target.Difference("tabby, tabby cat", against: "Egyptian cat"));
        var filter = new IntegratedGradients().Run(network, photo, Target.Channel("relu4_3", 7));
        Assert.True(rather.Score != filter.Score);

        using var subject = new PictureSubject(network, photo);
        Attribution[] answers = [new DeepLift().Run(subject), new Occlusion().Run(subject)];
        var trust = Trust.Of(subject, answers, new TrustSettings { Infidelity = new(), AverageDrop = new() });
        Console.WriteLine($"{trust[0].Verdict}, infidelity {trust[0].Infidelity!.Normalised:F3}");

        var scale = new HeatMap().Strongest(answers[0]);
        var both = answers.Select(each => new HeatMap { Scaling = new(Percentile: null, Fixed: scale) }.Draw(each, photo)).ToList();
        Assert.Equal(2, both.Count);

        using var exact = new Subject(TargetFunction.Element(network.Graph, network.Logits, 281), Precision.Float64);
        var raw = new DeepLift().Attribute(new() { Subject = exact, Inputs = [subject.Input] });
        Console.WriteLine($"sums to {raw.Balance!.Sums[0]}, should be {raw.Balance.Expected[0]}");
        Assert.Equal(raw.Balance.Expected[0], raw.Balance.Sums[0], 1e-6);
    }

    [Fact]
    public void The_examples_of_the_guide_are_those()
    {
        var compiled = string.Join('\n', File.ReadLines(Shared.InRepository("tests", "Reverie.Tests", "Explain", "GuideTests.cs")).Select(line => line.Trim()));
        var examples = Example().Matches(Guide).Select(match => match.Groups[1].Value.Trim().ReplaceLineEndings("\n")).ToList();
        Assert.Equal(5, examples.Count);
        Assert.All(examples, example => Assert.Contains(example, compiled, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_guarantee_names_tests_that_exist()
    {
        var tests = typeof(GuideTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes(typeof(FactAttribute), true).Length > 0).Select(method => method.Name).ToHashSet();
        var rows = Guarantee().Matches(Guide);
        Assert.Equal([.. Enumerable.Range(1, 26)], rows.Select(row => int.Parse(row.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(rows, row => Assert.All(row.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries), name => Assert.Contains(name, tests)));
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\| B(\d+) \|.*\| ([^|]+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Guarantee();
}
