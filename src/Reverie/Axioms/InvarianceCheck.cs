using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>Implementation invariance: rewrites the network, verifies that it is the same function, and compares attributions.</summary>
internal sealed class InvarianceCheck(Attributions plain, AxiomLab lab, IReadOnlyDictionary<string, long[]> shapes)
{
    private const int RandomInputs = 16;
    private const double MostChange = 1e-5, MostChangeExactly = 1e-10;

    private readonly Dictionary<Precision, List<double[]>> _expected = [];

    /// <summary>Tests all methods on one rewrite.</summary>
    public RewriteOutcome Test(EquivalentRewrite rewrite, IReadOnlyList<LabMethod> methods, List<AxiomCell> cells, Action progress, CancellationToken cancellation)
    {
        var probe = plain.Probe;
        var stream = 100 + (ulong)EquivalentRewrites.All.ToList().FindIndex(each => each.Id == rewrite.Id);
        var (graph, places) = rewrite.Apply(probe.Target.Graph, probe.Target.Tensor, shapes, new(lab.Seed, stream));
        if (places == 0) return Skip("the network has no place for it", null);
        using var other = new Attributions(probe.On(graph), plain.Grid, cancellation);
        var (change, valid, note) = Verify(other.Probe, cancellation);
        if (!valid) return Skip(note!, change);
        // each method in turn, so that no more than one session of either network is held
        foreach (var method in methods)
        {
            cells.Add(Compare(method, rewrite.Id, other));
            progress();
        }
        return new(rewrite.Id, rewrite.Title, rewrite.Identity, places, change, true, note);

        RewriteOutcome Skip(string why, double? by)
        {
            foreach (var method in methods)
            {
                cells.Add(new() { Method = method.Id, Axiom = Axiom.ImplementationInvariance, Check = rewrite.Id, Verdict = Verdict.NotApplicable, Promise = method.Theory.Invariance, Note = why });
                progress();
            }
            return new(rewrite.Id, rewrite.Title, rewrite.Identity, places, by, false, why);
        }
    }

    private AxiomCell Compare(LabMethod method, string check, Attributions other)
    {
        var cell = new AxiomCell { Method = method.Id, Axiom = Axiom.ImplementationInvariance, Check = check, Verdict = Verdict.NotApplicable, Promise = method.Theory.Invariance };
        if (method.Rewrites is { } kept && !kept.Contains(check)) return cell with { Note = "the rewrite changes what the method's layer is" };
        try
        {
            var (before, after) = (plain.Of(method, Precision.Float32).Maps, other.Of(method, Precision.Float32).Maps);
            var found = Comparison.Of(before, after);
            var always = lab.Float64 && (method.Method is Gradient or InputXGradient or IntegratedGradients);
            var (verdict, exact) = Judgement.Of(found.Relative, Judgement.Holds(method.Family), Judgement.HoldsExactly(method.Family),
                method.Family == LabFamily.Gradient || method.Theory.Invariance == Promise.Guaranteed, always,
                () => Comparison.Of(plain.Of(method, Precision.Float64).Maps, other.Of(method, Precision.Float64).Maps).Relative);
            return cell with { Verdict = verdict, Value = found.Relative, Largest = found.Largest, Spearman = found.Spearman, Float64 = exact, Maps = (Flat(before[0]), Flat(after[0])) };
        }
        catch (ReverieException refusal)
        {
            // an operator without a rule: part of the answer, not of the program's working
            return cell with { Note = refusal.Message };
        }
    }

    // Equivalence is verified and not assumed: on x, b and random inputs, and in float64 where float32 rounds too much.
    private (double Change, bool Valid, string? Note) Verify(Probe other, CancellationToken cancellation)
    {
        var random = new CounterRandom(lab.Seed, 50);
        var (x, b) = (plain.Probe.Inputs[0], plain.Probe.Baseline[0]);
        var (low, high) = (x.Values.Min(), x.Values.Max());
        // the same for every rewrite, so that the network as it is need not be asked again
        List<Signal> inputs = [x, b];
        for (var item = 0; item < RandomInputs; item++) inputs.Add(x.Map(_ => (float)random.Uniform(low, high)));
        var single = Change(Precision.Float32, inputs);
        if (single <= MostChange) return (single, true, null);
        var exact = Change(Precision.Float64, [.. inputs.Take(3)]);
        return exact <= MostChangeExactly ? (single, true, FormattableString.Invariant($"equal to {exact:0.0e0} in float64; float32 rounds it by {single:0.0e0}"))
            : (single, false, FormattableString.Invariant($"the rewritten network is not the same: its outputs differ by {exact:0.0e0} in float64"));

        double Change(Precision precision, IReadOnlyList<Signal> items)
        {
            double largest = 0, change = 0;
            if (!_expected.TryGetValue(precision, out var expected))
                _expected[precision] = expected = [.. items.Select(item => plain.Probe.In(precision).Activations([item], other.Target.Tensor, cancellation).Values)];
            foreach (var (item, one) in items.Zip(expected))
            {
                var two = other.In(precision).Activations([item], other.Target.Tensor, cancellation).Values;
                for (var index = 0; index < one.Length; index++) (largest, change) = (Math.Max(largest, Math.Abs(one[index])), Math.Max(change, Math.Abs(one[index] - two[index])));
            }
            return largest > 0 ? change / largest : change;
        }
    }

    // Channels summed: what is drawn.
    private Signal Flat(Signal map)
    {
        if (map.Shape is not [1, _, _, _]) return map;
        var channels = plain.Grid.ChannelsLast ? (int)map.Shape[3] : (int)map.Shape[1];
        var area = map.Values.Length / channels;
        var sum = new double[area];
        for (var index = 0; index < map.Values.Length; index++) sum[plain.Grid.ChannelsLast ? index / channels : index % area] += map.Values[index];
        return new(sum, plain.Grid.ChannelsLast ? [1, 1, map.Shape[1], map.Shape[2]] : [1, 1, map.Shape[2], map.Shape[3]]);
    }
}
