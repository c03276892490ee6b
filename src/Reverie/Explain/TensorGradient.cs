using System.Text.Json.Serialization;
using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Recomputation;
using Reverie.Runtime;
using Reverie.Runtime.Memory;

namespace Reverie.Explain;

/// <summary>The arithmetic in which a gradient is computed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>32-bit floats: fast; single ReLU masks and pool winners may be flipped by rounding.</summary>
    Float32,
    /// <summary>64-bit floats, by the float64 lowering: slow, and exact for all that a picture can show.</summary>
    Float64,
}

/// <summary>
/// The raw gradient: any tensor of a network and the product of a cotangent with its Jacobian, v^T df/dx, on the network's input as it is.
/// What the gradient methods of attribution start from, and what everything numerical is checked by.
/// </summary>
public sealed class TensorGradient : IDisposable
{
    // Names only: the graph that was compiled holds the weights of the backward pass, which ONNX Runtime has its own copies of.
    private readonly (string Input, string Value, string Cotangent, string Gradient) _names;
    private readonly Graph _forward;
    private readonly CompiledGraph _compiled;

    private TensorGradient(Graph graph, VectorJacobian built, CompiledGraph compiled, Precision precision)
    {
        _names = (built.Input, built.Value, built.Cotangent, built.Gradient);
        (_forward, _compiled, Precision) = (graph.Cut([built.Value]), compiled, precision);
    }

    /// <summary>The arithmetic; inputs and results have this element type.</summary>
    public Precision Precision { get; }

    /// <summary>What was done to keep within a budget of memory; nothing where there is none.</summary>
    public RecomputationPlan Plan { get; private init; } = RecomputationPlan.None;

    /// <summary>The peak of the process's memory in runs on the shape that was given; null where none was.</summary>
    public MemoryPrediction? Prediction { get; private init; }

    /// <summary>Builds and compiles the gradient.</summary>
    /// <param name="graph">A canonical graph with one input; it is not changed.</param>
    /// <param name="of">The tensor to differentiate.</param>
    /// <param name="precision">The arithmetic.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <exception cref="ReverieException">There is no such tensor, an operator on the way has no rule, or the provider is absent.</exception>
    public static TensorGradient Build(Graph graph, string of, Precision precision = Precision.Float32, RuntimeOptions? options = null)
    {
        var built = VectorJacobian.Build(graph, graph.Resolve(of));
        return new(graph, built, CompiledGraph.Compile(InPrecision(built, precision), options), precision);
    }

    /// <summary>Builds and compiles the gradient for inputs of one shape, with its memory foretold, and kept within a budget.</summary>
    /// <param name="graph">A canonical graph with one input; it is not changed.</param>
    /// <param name="of">The tensor to differentiate.</param>
    /// <param name="input">The shape of the largest input to come, which the caller holds already.</param>
    /// <param name="budget">The most that the process may have resident; null for no bound.</param>
    /// <param name="precision">The arithmetic.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    /// <exception cref="ReverieException">There is no such tensor, an operator on the way has no rule, the shape does not fit, or the budget cannot be kept.</exception>
    public static TensorGradient Build(Graph graph, string of, ReadOnlySpan<long> input, MemoryBudget? budget, Precision precision = Precision.Float32, RuntimeOptions? options = null,
        CancellationToken cancellation = default)
    {
        of = graph.Resolve(of);
        var built = VectorJacobian.Build(graph, of);
        var runs = new Dictionary<string, long[]> { [built.Input] = input.ToArray() };
        var shape = ShapeInference.Resolve(graph.Cut([built.Value]), runs).GetValueOrDefault(built.Value);
        if (budget is null && (shape is null || options is { Provider: not Providers.Cpu })) return new(graph, built, CompiledGraph.Compile(InPrecision(built, precision), options, cancellation: cancellation), precision);
        runs[built.Cotangent] = shape ?? throw new ReverieException($"the shape of '{built.Value}' depends on the input's values, so that its memory cannot be foretold; leave the budget out");
        var cotangentBytes = Tensor.CountOf(shape) * (precision == Precision.Float64 ? sizeof(double) : sizeof(float));
        if (budget is null)
        {
            var compiled = CompiledGraph.Compile(InPrecision(built, precision), options, plan: true, cancellation: cancellation);
            var prediction = compiled.Memory!.Predict(runs);
            return new(graph, built, compiled, precision) { Prediction = prediction with { RunBytes = prediction.RunBytes + cotangentBytes } };
        }
        var bounded = BoundedGraph.Compile(() => InPrecision(VectorJacobian.Build(graph, of), precision), [of], runs, budget, options, cotangentBytes, cancellation: cancellation);
        return new(graph, built, bounded.Compiled, precision) { Plan = bounded.Plan, Prediction = bounded.Prediction };
    }

    /// <summary>Computes the tensor and the gradient.</summary>
    /// <param name="input">The network's input x.</param>
    /// <param name="cotangent">v, of the tensor's shape.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">A shape does not fit, or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public GradientResult Run(RuntimeTensor input, RuntimeTensor cotangent, CancellationToken cancellation = default)
    {
        if (ValueShape(input.Shape) is { } shape && !cotangent.Shape.SequenceEqual(shape))
            throw new ReverieException($"the cotangent is {cotangent}, but '{_names.Value}' has the shape [{string.Join(",", shape)}] here");
        var results = _compiled.Run(new Dictionary<string, RuntimeTensor> { [_names.Input] = input, [_names.Cotangent] = cotangent }, cancellation: cancellation);
        return new(results, results[_names.Value], results[_names.Gradient]);
    }

    /// <summary>Computes the tensor and the gradient of one of its elements, the same one in every item of the batch.</summary>
    /// <param name="input">The network's input x; its first size is the batch.</param>
    /// <param name="index">The element: a flat index into one item's tensor.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">There is no such element, or a shape does not fit.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public GradientResult RunAt(RuntimeTensor input, long index, CancellationToken cancellation = default)
    {
        var shape = ValueShape(input.Shape)
            ?? throw new ReverieException($"the shape of '{_names.Value}' depends on the input's values, so that an index means nothing; give a cotangent");
        var item = Tensor.CountOf(shape.AsSpan(Math.Min(1, shape.Length)));
        if (index < 0 || index >= item)
            throw new ReverieException($"there is no element {index} in '{_names.Value}': one item is [{string.Join(",", shape.Skip(1))}], {item} elements, counted from 0");
        var items = shape.Length == 0 ? 1 : shape[0];
        return Run(input, Precision == Precision.Float64 ? OneHot(1.0) : OneHot(1f), cancellation);

        RuntimeTensor OneHot<T>(T one) where T : unmanaged
        {
            var values = new T[checked((int)(items * item))];
            for (var batch = 0; batch < items; batch++) values[batch * item + index] = one;
            return RuntimeTensor.Of(values, shape);
        }
    }

    /// <summary>Gives the session back.</summary>
    public void Dispose() => _compiled.Dispose();

    private static Graph InPrecision(VectorJacobian built, Precision precision) => precision == Precision.Float64 ? Float64Lowering.Lower(built.Graph) : built.Graph;

    private long[]? ValueShape(ReadOnlySpan<long> input) =>
        ShapeInference.Resolve(_forward, new Dictionary<string, long[]> { [_names.Input] = input.ToArray() }).GetValueOrDefault(_names.Value);
}

/// <summary>A tensor and a gradient, in memory that <see cref="Dispose"/> gives back.</summary>
public sealed class GradientResult : IDisposable
{
    private readonly RunResults _results;

    internal GradientResult(RunResults results, RuntimeTensor value, RuntimeTensor gradient) => (_results, Value, Gradient) = (results, value, gradient);

    /// <summary>The tensor f(x).</summary>
    public RuntimeTensor Value { get; }

    /// <summary>v^T df/dx, of the shape of x.</summary>
    public RuntimeTensor Gradient { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _results.Dispose();
}
