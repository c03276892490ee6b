using Reverie.Autodiff;
using Reverie.Axioms;
using Reverie.Explain;

namespace Reverie.Tests.Axioms;

/// <summary>What is said of a sum by quadrature that misses: the steps may be too few, or the method wrong.</summary>
public sealed class QuadratureVerdictTests
{
    [Theory]
    [InlineData(0.009, null, Verdict.Holds)]
    [InlineData(0.14, 0.006, Verdict.Holds)] // more steps were all it took
    [InlineData(0.14, 0.06, Verdict.Undetermined)] // it shrinks, and is not there yet
    [InlineData(0.02, 0.019, Verdict.Undetermined)] // too small to call it the method's
    [InlineData(0.14, 0.13, Verdict.Violated)] // no number of steps will help
    [InlineData(0.8, 0.9, Verdict.Violated)]
    public void An_error_that_shrinks_with_steps_is_the_quadratures(double first, double? refined, Verdict verdict)
    {
        var cell = new AxiomCell { Method = "integrated-gradients", Axiom = Axiom.Completeness, Check = "sum", Verdict = Verdict.NotApplicable, Promise = Promise.Guaranteed, Value = first };
        var found = ConstructionChecks.Converged(cell, new IntegratedGradients { MaxSteps = 512 }, (precision, method) =>
        {
            Assert.Equal((Precision.Float32, LabMethod.PatientSteps), (precision, Assert.IsType<IntegratedGradients>(method).MaxSteps));
            return refined ?? throw new InvalidOperationException("a sum that is right is not asked for again");
        });
        Assert.Equal((verdict, refined ?? first), (found.Verdict, found.Value));
        Assert.Equal(verdict == Verdict.Violated, found.IsFailure);
    }
}
