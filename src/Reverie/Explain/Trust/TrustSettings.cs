using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>
/// Which measures of trust are taken, and how. Completeness, deletion, insertion, sparseness and agreement always are; the others take more runs of the network, and are taken
/// where they are set.
/// </summary>
public sealed record TrustSettings
{
    /// <summary>Deletion and insertion.</summary>
    public DeletionInsertion Curves { get; init; } = new();

    /// <summary>Infidelity; null where it is not wanted.</summary>
    public Infidelity? Infidelity { get; init; }

    /// <summary>Sensitivity-n; null where it is not wanted.</summary>
    public SensitivityN? SensitivityN { get; init; }

    /// <summary>Average drop and increase; null where they are not wanted.</summary>
    public AverageDrop? AverageDrop { get; init; }

    /// <summary>Max-sensitivity; null where it is not wanted. It runs the method again for every sample.</summary>
    public MaxSensitivity? MaxSensitivity { get; init; }

    /// <summary>Randomisation of the model's parameters; null where it is not wanted. It compiles the network and runs the method again at every stage.</summary>
    public ParameterRandomisation? Randomisation { get; init; }

    /// <summary>How the pointing game is played, where there is a mask.</summary>
    public PointingGame Pointing { get; init; } = new();

    /// <summary>The object in white on black, of the photo's size, for the pointing game; null where there is none.</summary>
    public Picture? Mask { get; init; }

    /// <summary>Every measure.</summary>
    public static TrustSettings All { get; } = new()
    {
        Infidelity = new(),
        SensitivityN = new(),
        AverageDrop = new(),
        MaxSensitivity = new(),
        Randomisation = new(),
    };
}
