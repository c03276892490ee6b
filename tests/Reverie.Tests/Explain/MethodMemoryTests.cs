using Reverie.Explain;

namespace Reverie.Tests.Explain;

/// <summary>What methods hold while they work; alone, since what is counted is the memory of the whole process.</summary>
[CollectionDefinition(nameof(MethodMemoryTests), DisableParallelization = true)]
[Collection(nameof(MethodMemoryTests))]
public sealed class MethodMemoryTests
{
    private const int Side = 64, PerRun = 4, Picture = 3 * Side * Side * sizeof(double), Runs = 60, Parts = 16;

    public static TheoryData<string> Methods => ["integrated-gradients", "conductance", "internal-influence", "expected-gradients", "smoothgrad", "vargrad", "occlusion", "shapley", "rise"];

    // all steps or samples at once would be Runs x PerRun pictures, and their gradients as much again
    [Theory]
    [MemberData(nameof(Methods))]
    public void What_is_held_does_not_grow_with_steps_and_samples(string id)
    {
        using var whole = Formula.Over([[3, Side, Side]], x => x[0].Exp().Apply("Relu").Apply("GlobalAveragePool").Sum(1, 2, 3).Reshape(0, 1));
        using var subject = new Subject(whole.Target) { ElementsPerRun = PerRun * 3 * Side * Side };
        var random = new CounterRandom(5);
        var picture = new double[3 * Side * Side];
        for (var index = 0; index < picture.Length; index++) picture[index] = random.Normal();
        var context = new AttributionContext { Subject = subject, Inputs = [new(picture, [1, 3, Side, Side])], Features = new([[.. Enumerable.Range(0, picture.Length).Select(place => place % Parts)]], [picture.Length]) };
        var method = Of(id, subject.Graph.Nodes.First(node => node.Op == "Relu").Output);
        // sessions are made by the first
        Of(id, method is LayeredMethod layered ? layered.Layer : null, 2).Attribute(context);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var held = new Held();
        method.Attribute(context with { Progress = held });
        Assert.True(held.Reports >= 10);
        // a run's pictures, their gradients and the running sums, in double and in float
        Assert.InRange(held.Most - before, 0, 8.0 * PerRun * Picture);
    }

    private static AttributionMethod Of(string id, string? layer, int runs = Runs)
    {
        var count = runs * PerRun;
        return AttributionMethods.Find(id) switch
        {
            NoiseTunnel noise => noise with { Samples = count },
            ExpectedGradients expected => expected with { Samples = count, Baseline = Baseline.Noise(count: 2) },
            IntegratedGradients integrated => integrated with { Steps = count },
            Conductance conductance => conductance with { Steps = count, Layer = layer },
            InternalInfluence influence => influence with { Steps = count, Layer = layer },
            Occlusion occlusion => occlusion with { Window = 4, Stride = 4 },
            ShapleySampling shapley => shapley with { Samples = Math.Max(1, count / Parts) },
            Rise rise => rise with { Masks = count, Cells = 3 },
            var other => throw new ArgumentException($"no settings for {other.Id}", nameof(id)),
        };
    }

    private sealed class Held : IProgress<ExplainProgress>
    {
        public int Reports { get; private set; }

        public long Most { get; private set; }

        // a collection of all generations takes a while: at some of the reports, the last ones too
        public void Report(ExplainProgress value)
        {
            if (++Reports % 10 == 0 || value.Done == value.Total) Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true));
        }
    }
}
