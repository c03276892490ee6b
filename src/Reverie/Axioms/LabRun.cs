using Reverie.Explain;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Axioms;

/// <summary>One run of the lab: the network as it is, then rewritten, then within constructions.</summary>
internal sealed class LabRun : IDisposable
{
    private const double MostTies = 1e-3, Jitter = 1e-3;

    private readonly AxiomLab _lab;
    private readonly LabQuestion _question;
    private readonly IReadOnlyList<LabMethod> _methods;
    private readonly IReadOnlyList<EquivalentRewrite> _rewrites;
    private readonly IProgress<ExplainProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly LabSettings _settings;
    private readonly List<AxiomCell> _cells = [];
    private readonly List<string> _notes = [];
    private readonly IReadOnlyDictionary<string, long[]> _shapes;
    private readonly TieCount _ties;
    private readonly Signal _x;
    private readonly Attributions _plain;
    private int _done;

    public LabRun(AxiomLab lab, LabQuestion question, IReadOnlyList<LabMethod> methods, IReadOnlyList<EquivalentRewrite> rewrites, IProgress<ExplainProgress>? progress, RuntimeOptions runtime, CancellationToken cancellation)
    {
        (_lab, _question, _rewrites, _progress, _cancellation) = (lab, question, rewrites, progress, cancellation);
        _settings = new(runtime, question.ChannelsLast);
        var graph = question.Function.Graph.Cut([question.Function.Tensor], keepInputs: true);
        ShapeInference.Infer(graph);
        if (graph.Inputs.Count != 1) throw new ReverieException($"the axiom lab asks networks with one input; this has {graph.Inputs.Count}");
        _shapes = ShapeInference.Resolve(graph, new Dictionary<string, long[]> { [graph.Inputs[0].Name] = question.Input.Shape });
        (_x, _ties) = WithoutTies(graph);
        var grid = new PatchGrid(_x.ItemShape, question.ChannelsLast);
        _plain = new(new(question.Function.On(graph), [_x], [question.Baseline], _settings, question.CanBatch) { Features = grid.Groups(1) }, grid, cancellation);
        _methods = [.. methods.Select(Sized)];
    }

    /// <summary>Does all the work.</summary>
    public AxiomReport Report()
    {
        var total = _methods.Count * (_rewrites.Count + (_lab.Constructions ? 8 : 0));
        var outcomes = new List<RewriteOutcome>();
        var invariance = new InvarianceCheck(_plain, _lab, _shapes);
        foreach (var rewrite in _rewrites)
            outcomes.Add(invariance.Test(rewrite, _methods, _cells, () => Report(rewrite.Id, total), _cancellation));
        if (_lab.Constructions)
        {
            // every method has been asked about the network as it is; constructions are other networks
            _plain.Probe.Release();
            var checks = new ConstructionChecks(_plain, _question, _lab, _cells, _notes, name => Report(name, total), _cancellation);
            checks.Run(_methods);
        }
        if (_cells.Exists(cell => cell.Float64 is not null && cell.Method == "integrated-gradients")) _notes.Add($"in float64, integrated gradients take {LabMethod.RefereeSteps} steps");
        return new()
        {
            Network = _question.Name,
            Target = _question.Label,
            Methods = [.. _methods.Select(method => (method.Id, method.Title, method.Theory))],
            Rewrites = outcomes,
            Cells = _cells,
            Ties = _ties,
            Notes = _notes,
            Input = _x,
        };
    }

    /// <summary>Gives the sessions back.</summary>
    public void Dispose() => _plain.Dispose();

    // The same features for all: windows of occlusion are the cells of the grid. And the same layer, whatever is rewritten around it.
    private LabMethod Sized(LabMethod method) => method.Method switch
    {
        Occlusion occlusion => method with { Method = occlusion with { Window = _plain.Grid.CellSide, Stride = _plain.Grid.CellSide } },
        ClassActivationMap { Layer: null } map => method with { Method = map with { Layer = LayerChoice.Last(_plain.Probe.Context(Precision.Float32, _cancellation)) } },
        _ => method,
    };

    private void Report(string what, int total) => _progress?.Report(new(what, Math.Min(++_done, total), total));

    // Flat areas tie in max pools, and pixels that are exactly 0 in x = ReLU(x) - ReLU(-x): a little noise undoes both.
    private (Signal X, TieCount Ties) WithoutTies(Onnx.Graph graph)
    {
        var (x, b) = (_question.Input, _question.Baseline);
        var path = Enumerable.Range(0, 4).Select(step => x.Zip(b, (one, other) => other + (step + 0.5) / 4 * (one - other)));
        var (rectifiers, pools) = Ties.Count(graph, [x, .. path], _shapes, _settings.Runtime, _cancellation);
        var zeros = x.Values.Count(value => value == 0) / (double)x.Values.Length;
        if (rectifiers <= MostTies && pools <= MostTies && zeros == 0) return (x, new(rectifiers, pools, false));
        var random = new CounterRandom(_lab.Seed, 7);
        var size = Jitter * RewriteContext.Rms(x.Values);
        var moved = x.Map(value => (float)(value + size * random.Normal()));
        _notes.Add(FormattableString.Invariant($"ties: {rectifiers:P2} of the rectifiers' inputs are 0, {pools:P2} of the pools' windows have two maxima and {zeros:P2} of the input is exactly 0; x was moved by noise of a thousandth of its size"));
        return (moved, new(rectifiers, pools, true));
    }
}
