using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Axioms;

/// <summary>
/// A network, or what a rewrite or a construction made of it, with inputs and a baseline: ready to be attributed in either precision. Sessions are compiled where they are needed.
/// </summary>
internal sealed class Probe(TargetFunction target, IReadOnlyList<Signal> inputs, IReadOnlyList<Signal> baseline, LabSettings settings, bool canBatch) : IDisposable
{
    // Two pictures of 224 x 224: a backward pass of eight would hold a gigabyte in some networks, and gain little on a processor.
    private const long ElementsPerRun = 2 * 3 * 224 * 224;

    private readonly Dictionary<Precision, object> _last = [];
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
        : _single ??= new(target.On(EquivalentRewrite.Rounded(target.Graph)), Precision.Float32, settings.Runtime, canBatch ? null : false) { ElementsPerRun = ElementsPerRun };

    /// <summary>What a method attributes.</summary>
    public RawAttribution Attribute(AttributionMethod method, Precision precision, CancellationToken cancellation)
    {
        // every table of rules has a session of its own, as large as the network and its activations: only one at a time
        var sessions = Sessions(method);
        if (_last.TryGetValue(precision, out var last) && !last.Equals(sessions)) In(precision).Release();
        _last[precision] = sessions;
        return method.Attribute(Context(precision, cancellation));
    }

    /// <summary>The question as methods take it.</summary>
    public AttributionContext Context(Precision precision, CancellationToken cancellation) => new()
    {
        Subject = In(precision),
        Inputs = inputs,
        Baselines = [baseline],
        Features = Features,
        ChannelsLast = settings.ChannelsLast,
        Cancellation = cancellation,
    };

    /// <summary>Gives the memory of sessions back; they are compiled again where they are needed.</summary>
    public void Release()
    {
        _single?.Release();
        _double?.Release();
        _last.Clear();
    }

    /// <summary>f(x) - f(b).</summary>
    public double Difference(Precision precision, CancellationToken cancellation) => In(precision).Scores(inputs, cancellation)[0] - In(precision).Scores(baseline, cancellation)[0];

    /// <summary>Another function of other inputs, under the same settings.</summary>
    public Probe With(TargetFunction other, IReadOnlyList<Signal>? x = null, IReadOnlyList<Signal>? b = null, FeatureGroups? features = null) =>
        new(other, x ?? inputs, b ?? baseline, settings, canBatch) { Features = features ?? Features };

    /// <summary>The same function in another graph.</summary>
    public Probe On(Graph graph) => With(target.On(graph));

    // What methods share sessions: those that differentiate f as it is, and those that ask for its values alone.
    private static object Sessions(AttributionMethod method) => method switch
    {
        Gradient or InputXGradient or IntegratedGradients or SmoothGrad or ExpectedGradients => "gradient",
        PerturbationMethod => "values",
        _ => method,
    };

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
