using Reverie.Explain;

namespace Reverie.Tests.Explain;

/// <summary>Methods with fewer steps and samples than they take by default, so that tests are fast.</summary>
internal static class Quick
{
    public static AttributionMethod Of(string id) => AttributionMethods.Find(id) switch
    {
        NoiseTunnel noise => noise with { Samples = 5 },
        ExpectedGradients expected => expected with { Samples = 12, Baseline = Baseline.Noise(count: 2) },
        IntegratedGradients integrated => integrated with { MaxSteps = 100 },
        BlurIntegratedGradients blur => blur with { Steps = 6, MaxSigma = 8 },
        Conductance conductance => conductance with { Steps = 8 },
        InternalInfluence influence => influence with { Steps = 8 },
        ShapleySampling shapley => shapley with { Samples = 4, Features = Features.Grid(6) },
        KernelShap kernel => kernel with { Samples = 20, Features = Features.Grid(6) },
        Lime lime => lime with { Samples = 30, Features = Features.Grid(6) },
        Rise rise => rise with { Masks = 20, Cells = 3 },
        var other => other,
    };
}
