using System.Numerics.Tensors;
using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Explain;

/// <summary>Writes one item of a batch: one array per input of the graph, to be filled.</summary>
public delegate void ItemWriter(int item, double[][] inputs);

/// <summary>Scores, and gradients with respect to the tensors asked for.</summary>
/// <param name="Scores">f of each item.</param>
/// <param name="Values">The tensors that were asked for, with the batch first.</param>
/// <param name="Gradients">What the backward pass gives for each of them, of the same shapes.</param>
public sealed record Differentiation(double[] Scores, IReadOnlyList<Signal> Values, IReadOnlyList<Signal> Gradients);

/// <summary>
/// A scalar function of a graph made ready to be asked: scores of batches, and backward passes with any table of rules, in float32 or float64. Sessions are compiled
/// once and kept. All methods of attribution work on this, and so does whoever has a graph of his own: several inputs, any rank, batch first. Not for several threads at once.
/// </summary>
public sealed class Subject : IDisposable
{
    // About eight pictures of 224 x 224: enough to keep the processor busy, and little memory.
    private const long DefaultElementsPerRun = 8 * 3 * 224 * 224;

    private readonly Dictionary<string, CompiledGraph> _compiled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double[]> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BackwardGraph> _backward = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Subject> _rests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _remembered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _narrowed = new(StringComparer.Ordinal);
    private readonly Graph _graph;

    /// <summary>Creates the subject; nothing is compiled yet.</summary>
    /// <param name="target">The function to explain and its graph, which is not changed.</param>
    /// <param name="precision">The arithmetic of the runs.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="canBatch">Whether items run together give what they give alone; found from the graph where null: its inputs' first size must be open.</param>
    public Subject(TargetFunction target, Precision precision = Precision.Float32, RuntimeOptions? options = null, bool? canBatch = null)
    {
        (Target, Precision, Options) = (target, precision, options ?? RuntimeOptions.Default);
        _graph = target.Graph.Cut([target.Tensor], keepInputs: true);
        ShapeInference.Infer(_graph);
        // a scalar for the whole batch says nothing about its items, which then go one by one
        CanBatch = (canBatch ?? _graph.Inputs.TrueForAll(input => input.Type.Shape is [{ IsKnown: false }, ..])) && _graph.TypeOf(target.Tensor)?.Rank != 0;
    }

    /// <summary>The function.</summary>
    public TargetFunction Target { get; }

    /// <summary>The arithmetic.</summary>
    public Precision Precision { get; }

    /// <summary>Where and how it runs.</summary>
    public RuntimeOptions Options { get; }

    /// <summary>Whether several items go through the graph in one run.</summary>
    public bool CanBatch { get; }

    /// <summary>The graph as far as the target, with types inferred. Not to be changed: clone it.</summary>
    public Graph Graph => _graph;

    /// <summary>The names of the graph's inputs, in order.</summary>
    public IReadOnlyList<string> InputNames => _graph.Inputs.ConvertAll(input => input.Name);

    /// <summary>About how many elements of the inputs one run takes.</summary>
    internal long ElementsPerRun { get; init; } = DefaultElementsPerRun;

    /// <summary>How many items one run takes: as many as keep memory small.</summary>
    public int ItemsPerRun(IReadOnlyList<Signal> inputs) =>
        CanBatch ? (int)Math.Clamp(ElementsPerRun / Math.Max(1, inputs.Sum(input => (long)input.ItemLength)), 1, 256) : 1;

    /// <summary>f of each item.</summary>
    /// <exception cref="ReverieException">An input does not fit the graph, or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double[] Scores(IReadOnlyList<Signal> inputs, CancellationToken cancellation = default)
    {
        var items = inputs.Max(input => input.Items);
        return Scores(items, inputs, (item, into) =>
        {
            for (var index = 0; index < into.Length; index++) inputs[index].Item(item).CopyTo(into[index]);
        }, null, cancellation);
    }

    /// <summary>f of many items that are made as they are needed, a run's worth at a time: what perturbation methods need.</summary>
    /// <param name="items">How many.</param>
    /// <param name="like">Inputs of the shape of one item each; only their shapes count.</param>
    /// <param name="write">Writes an item; called once for each, in order.</param>
    /// <param name="progress">Told the number of items done after every run.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">An input does not fit the graph, or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double[] Scores(int items, IReadOnlyList<Signal> like, ItemWriter write, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var compiled = Compiled("scores", () => _graph.Cut([Target.Tensor], keepInputs: true));
        var scores = new double[items];
        var (chunk, buffers) = (ItemsPerRun(like), like.Select(input => new double[input.ItemLength]).ToArray());
        for (var first = 0; first < items; first += chunk)
        {
            var batch = Gather(like, first, Math.Min(chunk, items - first), buffers, write);
            using var results = compiled.Run(Feeds(batch), cancellation: cancellation);
            ScoresOf(results[Target.Tensor], batch, scores.AsSpan(first, batch[0].Items));
            progress?.Report(first + batch[0].Items);
        }
        return scores;
    }

    /// <summary>
    /// Scores and backward passes of items, all in one run (see <see cref="ItemsPerRun"/>): gradients, or what another table of rules makes of them.
    /// </summary>
    /// <param name="inputs">The inputs, batch first.</param>
    /// <param name="rules">The rules; those of the gradient where null. Sessions are kept by the table's name.</param>
    /// <param name="withRespectTo">The tensors whose cotangents are wanted; the inputs where null.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">An operator has no rule, an input does not fit the graph, or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public Differentiation Differentiate(IReadOnlyList<Signal> inputs, RuleTable? rules = null, IReadOnlyList<string>? withRespectTo = null, CancellationToken cancellation = default) =>
        Differentiate(inputs, rules, withRespectTo, null, cancellation);

    /// <summary>The same for one of many runs: gradients are written over those of a run before, where they are as large.</summary>
    internal Differentiation Differentiate(IReadOnlyList<Signal> inputs, RuleTable? rules, IReadOnlyList<string>? withRespectTo, IReadOnlyList<Signal>? over, CancellationToken cancellation)
    {
        rules ??= RuleTable.Gradient;
        var tensors = withRespectTo ?? InputNames;
        var values = withRespectTo is not null;
        return Backward($"{rules.Name}\n{string.Join('\n', tensors)}", () => BackwardGraph.Build(_graph, Target.Tensor, tensors, rules, values), inputs, withRespectTo, over: over, cancellation: cancellation);
    }

    /// <summary>A tensor of the graph for each item.</summary>
    /// <exception cref="ReverieException">There is no such tensor, an input does not fit the graph, or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public Signal Activations(IReadOnlyList<Signal> inputs, string tensor, CancellationToken cancellation = default)
    {
        var given = InputNames.ToList().IndexOf(tensor);
        if (given >= 0) return inputs[given];
        var compiled = Compiled($"values\n{tensor}", () => _graph.Cut([tensor], keepInputs: true));
        return Batches.Run(this, inputs, part =>
        {
            using var results = compiled.Run(Feeds(part), cancellation: cancellation);
            return [SignalOf(results[tensor])];
        })[0];
    }

    /// <summary>The same function of a layer's activations: the rest of the graph, whose first input is the layer. It is kept, and disposed with this.</summary>
    /// <exception cref="ReverieException">There is no such layer, or the target does not depend on it.</exception>
    public Subject From(string layer)
    {
        if (!_rests.TryGetValue(layer, out var rest))
            _rests[layer] = rest = new(Target.On(LayerGraph.From(_graph, layer, Target.Tensor)), Precision, Options, CanBatch ? null : false);
        return rest;
    }

    /// <summary>What a method made of the graph once, kept for the next time.</summary>
    internal T Remembered<T>(string key, Func<T> make) where T : class
    {
        if (!_remembered.TryGetValue(key, out var made)) _remembered[key] = made = make();
        return (T)made;
    }

    /// <summary>Runs a backward pass that was built for this subject.</summary>
    /// <param name="key">What it is, unique for what it computes.</param>
    /// <param name="build">Builds it, where it is not there yet.</param>
    /// <param name="inputs">The inputs of one run.</param>
    /// <param name="values">Further outputs to give back.</param>
    /// <param name="also">Further inputs.</param>
    /// <param name="over">Signals that the gradients may be written over.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    internal Differentiation Backward(string key, Func<BackwardGraph> build, IReadOnlyList<Signal> inputs, IReadOnlyList<string>? values = null,
        IReadOnlyList<(string Name, Signal Value)>? also = null, IReadOnlyList<Signal>? over = null, CancellationToken cancellation = default)
    {
        if (!_backward.TryGetValue(key, out var built)) _backward[key] = built = build();
        var compiled = Compiled(key, () => built.Graph);
        var feeds = new Dictionary<string, RuntimeTensor>(StringComparer.Ordinal);
        CheckCount(inputs);
        for (var index = 0; index < inputs.Count; index++) feeds[_graph.Inputs[index].Name] = Converted(_graph.Inputs[index].Name, inputs[index]);
        feeds[built.Cotangent] = Cotangent(inputs);
        foreach (var (name, value) in also ?? []) feeds[name] = Tensor(value);
        using var results = compiled.Run(feeds, cancellation: cancellation);
        var scores = new double[inputs.Max(input => input.Items)];
        ScoresOf(results[Target.Tensor], inputs, scores);
        return new(scores, values is null ? inputs : [.. values.Select(tensor => SignalOf(results[tensor]))], [.. built.Gradients.Select((name, index) => SignalOf(results[name], over is null ? null : over[index]))]);
    }

    /// <summary>A graph made from this one, compiled in the subject's precision once and kept until <see cref="Dispose"/>.</summary>
    /// <param name="key">What the graph is, unique for what it computes.</param>
    /// <param name="build">Makes it, where it is not there yet.</param>
    /// <exception cref="ReverieException">It cannot be compiled.</exception>
    public CompiledGraph Compiled(string key, Func<Graph> build)
    {
        if (_compiled.TryGetValue(key, out var compiled)) return compiled;
        var graph = build();
        return _compiled[key] = CompiledGraph.Compile(Precision == Precision.Float64 ? Float64Lowering.Lower(graph) : graph, Options);
    }

    /// <summary>The inputs as a compiled graph of this subject takes them.</summary>
    public Dictionary<string, RuntimeTensor> Feeds(IReadOnlyList<Signal> inputs, string prefix = "")
    {
        CheckCount(inputs);
        var feeds = new Dictionary<string, RuntimeTensor>(StringComparer.Ordinal);
        for (var index = 0; index < inputs.Count; index++) feeds[prefix + _graph.Inputs[index].Name] = Tensor(inputs[index]);
        return feeds;
    }

    /// <summary>A signal in the subject's precision.</summary>
    public RuntimeTensor Tensor(Signal signal) => Precision == Precision.Float64
        ? RuntimeTensor.Of(signal.Values, signal.Shape)
        : RuntimeTensor.Of(Narrowed(signal, GC.AllocateUninitializedArray<float>(signal.Values.Length)), signal.Shape);

    /// <summary>A result as a signal, copied; over an earlier one of the same shape where that is given.</summary>
    public static Signal SignalOf(RuntimeTensor tensor, Signal? over = null)
    {
        var signal = over is not null && tensor.Shape.SequenceEqual(over.Shape) ? over : new(GC.AllocateUninitializedArray<double>(checked((int)tensor.Count)), tensor.Shape.ToArray());
        if (tensor.Type == ElementType.Double) tensor.Span<double>().CopyTo(signal.Values);
        else TensorPrimitives.ConvertChecked<float, double>(tensor.Span<float>(), signal.Values);
        return signal;
    }

    /// <summary>The target's weights for every item of a batch: where backward passes begin.</summary>
    public RuntimeTensor Cotangent(IReadOnlyList<Signal> inputs)
    {
        var shape = TargetShape(inputs);
        var weights = WeightsFor(shape);
        var items = shape.Length == 0 ? 1 : (int)shape[0];
        var values = new double[items * weights.Length];
        for (var item = 0; item < items; item++) weights.CopyTo(values, item * weights.Length);
        return Tensor(new(values, shape));
    }

    /// <summary>The scores in a result that is the target's tensor.</summary>
    public void ScoresOf(RuntimeTensor value, IReadOnlyList<Signal> inputs, Span<double> scores)
    {
        var values = value.ToDoubles();
        var weights = WeightsFor(value.Shape.ToArray());
        if (values.Length != weights.Length * scores.Length)
            throw new ReverieException($"'{Target.Tensor}' is {value} for a batch of {scores.Length}; its first size must be the batch");
        for (var item = 0; item < scores.Length; item++)
        {
            var sum = 0.0;
            for (var index = 0; index < weights.Length; index++)
                if (weights[index] != 0) sum += weights[index] * values[item * weights.Length + index];
            scores[item] = sum;
        }
    }

    /// <summary>Gives the sessions back.</summary>
    public void Dispose() => Release();

    /// <summary>Gives the sessions and their memory back; what is asked afterwards is compiled again.</summary>
    internal void Release()
    {
        foreach (var compiled in _compiled.Values) compiled.Dispose();
        _compiled.Clear();
        foreach (var rest in _rests.Values) rest.Dispose();
        _rests.Clear();
        // graphs of backward passes hold weights of their own, turned round
        _backward.Clear();
        _narrowed.Clear();
        _remembered.Clear();
    }

    private void CheckCount(IReadOnlyList<Signal> inputs)
    {
        if (inputs.Count != _graph.Inputs.Count) throw new ReverieException($"{inputs.Count} inputs are given, but the network has {_graph.Inputs.Count}");
    }

    // Of many runs of one size each input has one array, so that memory does not grow with their number.
    private RuntimeTensor Converted(string name, Signal signal)
    {
        if (Precision == Precision.Float64) return Tensor(signal);
        var buffer = _narrowed.GetValueOrDefault(name);
        if (buffer?.Length != signal.Values.Length) _narrowed[name] = buffer = GC.AllocateUninitializedArray<float>(signal.Values.Length);
        return RuntimeTensor.Of(Narrowed(signal, buffer), signal.Shape);
    }

    private static float[] Narrowed(Signal signal, float[] into)
    {
        TensorPrimitives.ConvertChecked<double, float>(signal.Values, into);
        return into;
    }

    private static Signal[] Gather(IReadOnlyList<Signal> like, int first, int count, double[][] buffers, ItemWriter write)
    {
        var batch = like.Select(input => new Signal(new double[count * input.ItemLength], input.Shape.Length == 0 ? [] : [count, .. input.Shape[1..]])).ToArray();
        for (var item = 0; item < count; item++)
        {
            write(first + item, buffers);
            for (var index = 0; index < batch.Length; index++) buffers[index].CopyTo(batch[index].Item(item));
        }
        return batch;
    }

    private double[] WeightsFor(long[] shape)
    {
        var item = shape.Length == 0 ? [] : shape[1..];
        var key = string.Join(',', item);
        return _weights.TryGetValue(key, out var weights) ? weights : _weights[key] = Target.Weights(item);
    }

    private long[] TargetShape(IReadOnlyList<Signal> inputs)
    {
        var key = string.Join(' ', inputs);
        if (_shapes.TryGetValue(key, out var known)) return known;
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        for (var index = 0; index < inputs.Count; index++) shapes[_graph.Inputs[index].Name] = inputs[index].Shape;
        return _shapes[key] = ShapeInference.Resolve(_graph, shapes).GetValueOrDefault(Target.Tensor)
            ?? throw new ReverieException($"the shape of '{Target.Tensor}' depends on the input's values, so that none of its elements can be explained");
    }
}
