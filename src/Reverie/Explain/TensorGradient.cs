using System.Text.Json.Serialization;
using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

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
    private readonly VectorJacobian _built;
    private readonly CompiledGraph _compiled;

    private TensorGradient(VectorJacobian built, CompiledGraph compiled, Precision precision) => (_built, _compiled, Precision) = (built, compiled, precision);

    /// <summary>The arithmetic; inputs and results have this element type.</summary>
    public Precision Precision { get; }

    /// <summary>Builds and compiles the gradient.</summary>
    /// <param name="graph">A canonical graph with one input; it is not changed.</param>
    /// <param name="of">The tensor to differentiate.</param>
    /// <param name="precision">The arithmetic.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <exception cref="ReverieException">There is no such tensor, an operator on the way has no rule, or the provider is absent.</exception>
    public static TensorGradient Build(Graph graph, string of, Precision precision = Precision.Float32, RuntimeOptions? options = null)
    {
        var built = VectorJacobian.Build(graph, graph.Resolve(of));
        var compiled = CompiledGraph.Compile(precision == Precision.Float64 ? Float64Lowering.Lower(built.Graph) : built.Graph, options);
        return new(built, compiled, precision);
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
            throw new ReverieException($"the cotangent is {cotangent}, but '{_built.Value}' has the shape [{string.Join(",", shape)}] here");
        var results = _compiled.Run(new Dictionary<string, RuntimeTensor> { [_built.Input] = input, [_built.Cotangent] = cotangent }, cancellation: cancellation);
        return new(results, results[_built.Value], results[_built.Gradient]);
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
            ?? throw new ReverieException($"the shape of '{_built.Value}' depends on the input's values, so that an index means nothing; give a cotangent");
        var item = Tensor.CountOf(shape.AsSpan(Math.Min(1, shape.Length)));
        if (index < 0 || index >= item)
            throw new ReverieException($"there is no element {index} in '{_built.Value}': one item is [{string.Join(",", shape.Skip(1))}], {item} elements, counted from 0");
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

    private long[]? ValueShape(ReadOnlySpan<long> input) =>
        ShapeInference.Resolve(_built.Graph.Cut([_built.Value]), new Dictionary<string, long[]> { [_built.Input] = input.ToArray() }).GetValueOrDefault(_built.Value);
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
