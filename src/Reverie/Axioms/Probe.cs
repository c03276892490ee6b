using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Axioms;

/// <summary>
/// A network, or what a rewrite or a construction made of it, with inputs and a baseline: ready to be attributed in either precision. Sessions are compiled where they are needed.
/// </summary>
internal sealed class Probe(TargetFunction target, IReadOnlyList<Signal> inputs, IReadOnlyList<Signal> baseline, LabSettings settings, bool canBatch) : IDisposable
{
    private Subject? _single, _double;

    /// <summary>The function; weights of its graph may be float64.</summary>
    public TargetFunction Target => target;

    /// <summary>x, one signal per input.</summary>
    public IReadOnlyList<Signal> Inputs => inputs;

    /// <summary>b.</summary>
    public IReadOnlyList<Signal> Baseline => baseline;

    /// <summary>Which elements are changed together, for methods that ask for values of f alone.</summary>
    public FeatureGroups? Features { get; init; }

    /// <summary>Whether items may run together.</summary>
    public bool CanBatch => canBatch;

    /// <summary>The function in a precision.</summary>
    public Subject In(Precision precision) => precision == Precision.Float64
        // convolutions taken apart in float64 need nine times the memory: one item at a time, and nothing kept
        ? _double ??= new(target, Precision.Float64, settings.Runtime with { Arena = false }, canBatch: false)
        : _single ??= new(target.On(EquivalentRewrite.Rounded(target.Graph)), Precision.Float32, settings.Runtime, canBatch ? null : false);

    /// <summary>What a method attributes.</summary>
    public RawAttribution Attribute(AttributionMethod method, Precision precision, CancellationToken cancellation) => method.Attribute(new()
    {
        Subject = In(precision),
        Inputs = inputs,
        Baselines = [baseline],
        Features = Features,
        ChannelsLast = settings.ChannelsLast,
        Cancellation = cancellation,
    });

    /// <summary>f(x) - f(b).</summary>
    public double Difference(Precision precision, CancellationToken cancellation) => In(precision).Scores(inputs, cancellation)[0] - In(precision).Scores(baseline, cancellation)[0];

    /// <summary>Another function of other inputs, under the same settings.</summary>
    public Probe With(TargetFunction other, IReadOnlyList<Signal>? x = null, IReadOnlyList<Signal>? b = null, FeatureGroups? features = null) =>
        new(other, x ?? inputs, b ?? baseline, settings, canBatch) { Features = features ?? Features };

    /// <summary>The same function in another graph.</summary>
    public Probe On(Graph graph) => With(target.On(graph));

    /// <summary>Gives the sessions back.</summary>
    public void Dispose()
    {
        _single?.Dispose();
        _double?.Dispose();
    }
}

/// <summary>What the parts of the lab share.</summary>
/// <param name="Runtime">Where and how to run.</param>
/// <param name="ChannelsLast">Whether channels are the last axis.</param>
internal sealed record LabSettings(RuntimeOptions Runtime, bool ChannelsLast);
