namespace Reverie.Dream.Visualisation;

/// <summary>Where a visualisation stands after a step.</summary>
/// <param name="Done">Steps done, counted for every picture.</param>
/// <param name="Total">All steps, counted for every picture.</param>
/// <param name="Finished">Pictures finished.</param>
/// <param name="Pictures">All pictures.</param>
public readonly record struct FeatureProgress(long Done, long Total, int Finished, int Pictures);
