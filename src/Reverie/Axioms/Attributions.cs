using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>What methods attribute on one probe, computed once for each precision.</summary>
internal sealed record Attributions(Probe Probe, PatchGrid Grid, CancellationToken Cancellation) : IDisposable
{
    private readonly Dictionary<(string, Precision), RawAttribution> _found = [];

    /// <summary>What a method attributes; the referee's settings in float64.</summary>
    public RawAttribution Of(LabMethod method, Precision precision)
    {
        if (!_found.TryGetValue((method.Id, precision), out var found))
            _found[(method.Id, precision)] = found = Probe.Attribute(precision == Precision.Float64 ? method.Refereed : method.Method, precision, Cancellation);
        return found;
    }

    /// <summary>Gives the sessions back.</summary>
    public void Dispose() => Probe.Dispose();
}
