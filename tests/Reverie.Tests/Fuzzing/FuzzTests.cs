using Reverie.Fuzz.Cases;
using Reverie.Fuzz.Running;
using Reverie.Tests.Cli;

namespace Reverie.Tests.Fuzzing;

/// <summary>A few hundred damaged inputs of every kind; <c>tests/Reverie.Fuzz</c> tries as many as one likes, in processes of their own.</summary>
[Collection(nameof(BadInputTests))]
public class FuzzTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Damaged_input_is_refused_in_a_line_or_runs(ulong seed)
    {
        using var folder = new TempFolder();
        using var runner = new CaseRunner(folder.Path);
        var results = Enumerable.Range(0, 200).Select(index => runner.Run(new(seed, index))).ToList();
        Assert.Empty(results.Where(result => result.Defect is not null).Select(result => $"{seed}:{result.Index} ({result.Kind}) {result.Defect}"));
        // the damage is neither always deadly nor always harmless
        foreach (var kind in Enum.GetValues<Kind>().Where(kind => kind is Kind.Model or Kind.Picture or Kind.Card))
        {
            Assert.Contains(results, result => result.Kind == kind && result.Outcome == Outcome.Accepted);
            Assert.Contains(results, result => result.Kind == kind && result.Outcome == Outcome.Refused);
        }
    }

    [Fact]
    public void A_case_is_determined_by_its_seed_and_number()
    {
        using var folder = new TempFolder();
        using var runner = new CaseRunner(folder.Path);
        foreach (var index in Enumerable.Range(40, 20))
        {
            var (first, second) = (runner.Run(new(5, index)), runner.Run(new(5, index)));
            Assert.Equal((first.Kind, first.Outcome, first.Message), (second.Kind, second.Outcome, second.Message));
        }
    }
}
