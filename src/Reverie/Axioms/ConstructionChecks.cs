using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>The axioms that are not about rewriting: completeness, sensitivity, dummies, linearity, symmetry, each by a construction on the network.</summary>
internal sealed class ConstructionChecks(Attributions plain, LabQuestion question, AxiomLab lab, List<AxiomCell> cells, List<string> notes, Action<string> progress, CancellationToken cancellation)
{
    private const double NearlyNothing = 1e-6, SumsExactly = 1e-4, SumsByQuadrature = 1e-2, NoQuadrature = 5e-2, SmallestShare = 1e-3, SmallestChange = 1e-3, Rounding = 1e-3, StillWrong = 0.7;

    private readonly Probe _probe = plain.Probe;
    private double _range;

    /// <summary>Runs all of them.</summary>
    public void Run(IReadOnlyList<LabMethod> methods)
    {
        _range = Range();
        Each(methods, Axiom.Completeness, "sum", method => Completeness(method, _probe, "sum", Axiom.Completeness));
        Sensitivity(methods, false);
        Sensitivity(methods, true);
        Dummy(methods, false);
        Dummy(methods, true);
        Linearity(methods);
        Duplicated(methods);
        Mirrored(methods);
    }

    // What differences of logits are measured by.
    private double Range()
    {
        var logits = _probe.In(Precision.Float32).Activations(_probe.Inputs, _probe.Target.Tensor, cancellation).Values;
        var spread = logits.Max() - logits.Min();
        return spread > 0 ? spread : Math.Max(Math.Abs(logits[0]), 1);
    }

    private void Each(IReadOnlyList<LabMethod> methods, Axiom axiom, string check, Func<LabMethod, AxiomCell> test)
    {
        foreach (var method in methods)
        {
            try
            {
                cells.Add(method.Method is ClassActivationMap ? Cell(method, axiom, check) with { Note = "a map of a layer's places has no number for an element of the input" } : test(method));
            }
            catch (ReverieException refusal)
            {
                // an operator without a rule: part of the answer, not of the program's working
                cells.Add(Cell(method, axiom, check) with { Note = refusal.Message });
            }
            progress(check);
        }
    }

    private static AxiomCell Cell(LabMethod method, Axiom axiom, string check) => new() { Method = method.Id, Axiom = axiom, Check = check, Verdict = Verdict.NotApplicable, Promise = method.Theory[axiom] };

    private void None(IReadOnlyList<LabMethod> methods, Axiom axiom, string check, string why) => Each(methods, axiom, check, method => Cell(method, axiom, check) with { Note = why });

    private AxiomCell Completeness(LabMethod method, Probe probe, string check, Axiom axiom)
    {
        var converging = method.Converging;
        var single = Error(Precision.Float32, converging);
        var cell = Cell(method, axiom, check) with { Value = single };
        if (converging is IntegratedGradients path) return Converged(cell, path, Error);
        var careful = cell.Promise == Promise.Guaranteed;
        var (verdict, exact) = Judgement.Of(single, SumsExactly, NearlyNothing, careful, false, () => Error(Precision.Float64, converging));
        return cell with { Verdict = verdict, Float64 = exact };

        double Error(Precision precision, AttributionMethod asked)
        {
            var raw = probe.Attribute(asked, precision, cancellation);
            var difference = probe.Difference(precision, cancellation);
            var sum = raw.Balance is { } balance && asked is PerturbationMethod ? balance.Sums[0] : raw.Maps.Sum(map => map.Sum(0));
            return Math.Abs(sum - difference) / Math.Max(Math.Abs(difference), SmallestChange * _range);
        }
    }

    // A sum over steps is only as right as its steps are many. Where it misses, more are asked: an error that shrinks is the quadrature's, one that stays is the method's.
    internal static AxiomCell Converged(AxiomCell cell, IntegratedGradients path, Func<Precision, AttributionMethod, double> error)
    {
        if (cell.Value < SumsByQuadrature) return cell with { Verdict = Verdict.Holds };
        var refined = error(Precision.Float32, path with { MaxSteps = LabMethod.PatientSteps });
        var taken = FormattableString.Invariant($"up to {LabMethod.PatientSteps} steps; of {path.MaxSteps} the sum missed by {cell.Value:P1}");
        if (refined < SumsByQuadrature) return cell with { Value = refined, Verdict = Verdict.Holds, Note = taken };
        return refined > NoQuadrature && refined > StillWrong * cell.Value
            ? cell with { Value = refined, Verdict = Verdict.Violated, Note = taken }
            : cell with { Value = refined, Verdict = Verdict.Undetermined, Note = $"the quadrature has not converged: {taken}" };
    }

    // b with one patch changed: the one, and the way, that moves f most. Saturated: the patch goes beyond where f still looks, so that f differs from f(b) but no longer changes there.
    private void Sensitivity(IReadOnlyList<LabMethod> methods, bool saturated)
    {
        var check = saturated ? "saturated patch" : "one patch";
        var (x, b) = (_probe.Inputs[0], _probe.Baseline[0]);
        var (low, high) = (Math.Min(x.Values.Min(), b.Values.Min()), Math.Max(x.Values.Max(), b.Values.Max()));
        var (cellsOf, count) = (plain.Grid.Cells.ToArray(), plain.Grid.Count);
        var subject = _probe.In(Precision.Float32);
        var scores = subject.Scores(saturated ? count : 3 * count, [x], (index, into) => Write(index, into[0]), null, cancellation);
        var reference = subject.Scores([b], cancellation)[0];
        var best = Enumerable.Range(0, scores.Length).MaxBy(index => Math.Abs(scores[index] - reference));
        if (Math.Abs(scores[best] - reference) <= SmallestChange * _range)
        {
            None(methods, Axiom.Sensitivity, check, "no single patch moves the score");
            return;
        }
        var moved = new double[x.Values.Length];
        Write(best, moved);
        if (saturated)
            for (var place = 0; place < moved.Length; place++)
                if (cellsOf[place] == best % count) moved[place] += high - low;
        using var probe = _probe.With(saturated ? _probe.Target.On(Constructions.Saturated(_probe.Target.Graph, high)) : _probe.Target, [new(moved, x.Shape)]);
        if (!IsRight(probe, scores[best], methods, Axiom.Sensitivity, check)) return;
        Each(methods, Axiom.Sensitivity, check, method =>
        {
            // a complete method must give the patch, which is all that differs, exactly the difference
            if (method.Theory.Completeness == Promise.Guaranteed) return Completeness(method, probe, check, Axiom.Sensitivity);
            var map = probe.Attribute(method.Method, Precision.Float32, cancellation).Maps[0].Values;
            double inside = 0, all = 0;
            for (var place = 0; place < map.Length; place++)
            {
                all += Math.Abs(map[place]);
                if (cellsOf[place] == best % count) inside += Math.Abs(map[place]);
            }
            var share = all > 0 ? inside / all : 0;
            return Cell(method, Axiom.Sensitivity, check) with { Verdict = share > SmallestShare ? Verdict.Holds : Verdict.Violated, Value = share > SmallestShare ? 0 : 1, Note = FormattableString.Invariant($"{share:P1} of the attribution lies on the patch") };
        });

        // the patch as in x, or the brightest, or the darkest
        void Write(int index, Span<double> into)
        {
            for (var place = 0; place < into.Length; place++)
                into[place] = cellsOf[place] != index % count ? b.Values[place] : saturated ? high : (index / count) switch { 0 => x.Values[place], 1 => high, _ => low };
        }
    }

    private void Dummy(IReadOnlyList<LabMethod> methods, bool ghost)
    {
        var check = ghost ? "dummy, ghost path" : "dummy channel";
        if (question.ChannelsLast || Constructions.Dummy(_probe.Target.Graph, ghost, new(lab.Seed, 60)) is not { } graph)
        {
            None(methods, Axiom.Dummy, check, "needs a network that begins with a convolution of a picture [N,C,H,W]");
            return;
        }
        var (x, area) = (_probe.Inputs[0], (int)(_probe.Inputs[0].Shape[2] * _probe.Inputs[0].Shape[3]));
        using var probe = _probe.With(_probe.Target.On(graph), [Appended(x, 1, area)], [Appended(_probe.Baseline[0], 0, area)], plain.Grid.WithDummy(area));
        if (!IsRight(probe, Score(x), methods, Axiom.Dummy, check)) return;
        Each(methods, Axiom.Dummy, check, method => Judged(method, Axiom.Dummy, check, precision =>
        {
            var map = Asked(probe, method, precision)[0].Values;
            var (all, own) = (map.Sum(Math.Abs), map.AsSpan(x.Values.Length).ToArray().Sum(Math.Abs));
            return all > 0 ? own / all : 0;
        }));

        static Signal Appended(Signal signal, double value, int area) => new([.. signal.Values, .. Enumerable.Repeat(value, area)], [1, signal.Shape[1] + 1, signal.Shape[2], signal.Shape[3]]);
    }

    private void Linearity(IReadOnlyList<LabMethod> methods)
    {
        const string Check = "two logits";
        if (question.Second is not { } second || question.Both is not { } both)
        {
            None(methods, Axiom.Linearity, Check, "needs a network with several logits, explained at one of them");
            return;
        }
        using var other = _probe.With(second.On(_probe.Target.Graph));
        using var sum = _probe.With(both.On(_probe.Target.Graph));
        Each(methods, Axiom.Linearity, Check, method => Judged(method, Axiom.Linearity, Check, precision =>
        {
            var (one, two, joint) = (plain.Of(method, precision).Maps, Asked(other, method, precision), Asked(sum, method, precision));
            return Comparison.Of(joint, [.. one.Zip(two, (a, b) => a.Zip(b, (left, right) => left + right))]).Relative;
        }, Judgement.Holds(method.Family)));
    }

    private void Duplicated(IReadOnlyList<LabMethod> methods)
    {
        const string Check = "duplicated input";
        var (x, b) = (_probe.Inputs[0], _probe.Baseline[0]);
        using var probe = _probe.With(_probe.Target.On(Constructions.Duplicated(_probe.Target.Graph)), [x, x], [b, b], plain.Grid.Groups(2));
        if (!IsRight(probe, Score(x), methods, Axiom.Symmetry, Check)) return;
        Symmetric(methods, probe, Check, maps => (maps[0], maps[1]));
    }

    private void Mirrored(IReadOnlyList<LabMethod> methods)
    {
        const string Check = "mirror";
        if (_probe.Inputs[0].Shape.Length != 4)
        {
            None(methods, Axiom.Symmetry, Check, "needs a picture");
            return;
        }
        var axis = question.ChannelsLast ? 2 : 3;
        var (x, b) = (Mirror(_probe.Inputs[0], axis, true), Mirror(_probe.Baseline[0], axis, true));
        using var probe = _probe.With(_probe.Target.On(Constructions.Mirrored(_probe.Target.Graph, _probe.Target.Tensor, axis)), [x], [b]);
        if (!IsRight(probe, 2 * Score(x), methods, Axiom.Symmetry, Check)) return;
        Symmetric(methods, probe, Check, maps => (maps[0], Mirror(maps[0], axis, false)));
    }

    // What must be equal, is: to rounding, or in expectation where samples are drawn.
    private void Symmetric(IReadOnlyList<LabMethod> methods, Probe probe, string check, Func<IReadOnlyList<Signal>, (Signal One, Signal Other)> parts) => Each(methods, Axiom.Symmetry, check, method =>
    {
        if (!method.IsSampled)
            return Judged(method, Axiom.Symmetry, check, precision =>
            {
                var (one, other) = parts(Asked(probe, method, precision));
                return Comparison.Of([one], [other]).Relative;
            });
        var runs = Enumerable.Range(0, LabMethod.IndependentRuns).Select(run =>
        {
            var (one, other) = parts(probe.Attribute(method.Resampled(run), Precision.Float32, cancellation).Maps);
            return (one.Values, other.Values);
        }).ToList();
        var found = SampledDifference.Of(runs);
        return Cell(method, Axiom.Symmetry, check) with
        {
            Verdict = found.IsNoise ? Verdict.Holds : Verdict.Violated,
            Value = found.Relative,
            Note = FormattableString.Invariant($"the standard error is {found.StandardError:0.0e0}, of {runs.Count} independent runs; what lies within four is noise"),
        };
    });

    private double Score(Signal x) => _probe.In(Precision.Float32).Scores([x], cancellation)[0];

    // A construction that is not what it is said to be would make all verdicts about it worthless; and one that cannot be run is told in the report, not only in a cell.
    private bool IsRight(Probe probe, double expected, IReadOnlyList<LabMethod> methods, Axiom axiom, string check)
    {
        double found;
        try
        {
            found = probe.In(Precision.Float32).Scores(probe.Inputs, cancellation)[0];
        }
        catch (ReverieException refusal)
        {
            notes.Add($"the construction '{check}' could not be run: {refusal.Message}");
            None(methods, axiom, check, refusal.Message);
            return false;
        }
        if (Math.Abs(found - expected) <= Rounding * Math.Max(_range, Math.Abs(expected))) return true;
        throw new InvalidOperationException(FormattableString.Invariant($"the construction '{check}' computes {found} and not {expected}"));
    }

    private static AxiomCell Judged(LabMethod method, Axiom axiom, string check, Func<Precision, double> measure, double? holds = null)
    {
        var single = measure(Precision.Float32);
        var (verdict, exact) = Judgement.Of(single, holds ?? NearlyNothing, Judgement.HoldsExactly(method.Family), method.Family == LabFamily.Gradient || method.Theory[axiom] == Promise.Guaranteed, false, () => measure(Precision.Float64));
        return Cell(method, axiom, check) with { Verdict = verdict, Value = single, Float64 = exact };
    }

    private IReadOnlyList<Signal> Asked(Probe probe, LabMethod method, Precision precision) => probe.Attribute(precision == Precision.Float64 ? method.Refereed : method.Method, precision, cancellation).Maps;

    // Right to left; or the left half and its mirror image.
    private static Signal Mirror(Signal signal, int axis, bool symmetric)
    {
        var width = (int)signal.Shape[axis];
        var inner = axis == 2 ? (int)signal.Shape[3] : 1;
        var values = new double[signal.Values.Length];
        for (var index = 0; index < values.Length; index++)
        {
            var column = index / inner % width;
            var from = symmetric && column < (width + 1) / 2 ? column : width - 1 - column;
            values[index] = signal.Values[index + (from - column) * inner];
        }
        return new(values, signal.Shape);
    }
}
