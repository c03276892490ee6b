using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>How a method computes, which says how much a result may move by rounding alone.</summary>
public enum LabFamily
{
    /// <summary>From gradients of f alone.</summary>
    Gradient,
    /// <summary>A backward pass with rules of its own.</summary>
    Backward,
    /// <summary>Relevance, whose denominators lose digits.</summary>
    Relevance,
    /// <summary>From values of f alone.</summary>
    BlackBox,
}

/// <summary>A method of attribution as the lab asks it: with settings of a size that can be asked many times, and with what theory says of it.</summary>
/// <param name="Id">Its name in tables and on the command line.</param>
/// <param name="Title">What it is called in writing.</param>
/// <param name="Method">The method with its settings.</param>
/// <param name="Theory">What is proved of it.</param>
/// <param name="Family">How it computes.</param>
public sealed record LabMethod(string Id, string Title, AttributionMethod Method, Theory Theory, LabFamily Family)
{
    /// <summary>The method for the float64 referee, where each step costs more; a question about invariance is the same for every number of steps.</summary>
    internal AttributionMethod Refereed => Method is IntegratedGradients path ? path with { Steps = Math.Min(path.Steps ?? RefereeSteps, RefereeSteps) } : Method;

    /// <summary>The method for completeness: as many steps as that takes.</summary>
    internal AttributionMethod Converging => Method is IntegratedGradients path ? path with { Steps = null, Quadrature = QuadratureRule.Midpoint, Tolerance = 0.008, MaxSteps = 512 } : Method;

    /// <summary>The rewrites that leave alone what the method is about; all where null. "Layer k" means something else once a convolution was split.</summary>
    public IReadOnlyList<string>? Rewrites { get; init; }

    /// <summary>Whether it draws samples, so that it keeps some promises in expectation alone.</summary>
    internal bool IsSampled => Method is NoiseTunnel or ExpectedGradients or ShapleySampling or KernelShap or Lime;

    /// <summary>One of <see cref="IndependentRuns"/> runs of a method that draws samples, which share its samples and have seeds of their own.</summary>
    internal AttributionMethod Resampled(int run)
    {
        var seed = (ulong)run;
        return Method switch
        {
            NoiseTunnel method => method with { Samples = Part(method.Samples), Seed = method.Seed + seed },
            ExpectedGradients method => method with { Samples = Part(method.Samples), Seed = method.Seed + seed },
            ShapleySampling method => method with { Samples = Part(method.Samples), Seed = method.Seed + seed },
            KernelShap method => method with { Samples = Part(method.Samples), Seed = method.Seed + seed },
            Lime method => method with { Samples = Part(method.Samples), Seed = method.Seed + seed },
            _ => Method,
        };

        static int Part(int samples) => Math.Max(1, samples / IndependentRuns);
    }

    /// <summary>How many independent runs tell a standard error.</summary>
    public const int IndependentRuns = 4;

    /// <summary>How many steps of a path completeness takes where fewer were not enough.</summary>
    public const int PatientSteps = 4096;

    /// <summary>How many steps of a path the float64 referee takes.</summary>
    public const int RefereeSteps = 4;
}
