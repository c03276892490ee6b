using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Tests.Autodiff;

namespace Reverie.Tests.References;

/// <summary>A tensor of a network and its gradient, compiled in float32 or float64.</summary>
internal sealed class Differentiated : IDisposable
{
    private readonly VectorJacobian _product;
    private readonly CompiledGraph _forward;
    private readonly CompiledGraph _both;

    public Differentiated(VectorJacobian product, Func<Graph, Graph> lower)
    {
        _product = product;
        _forward = CompiledGraph.Compile(lower(product.Graph.Cut([product.Value])));
        _both = CompiledGraph.Compile(lower(product.Graph));
    }

    private bool IsDouble => _both.Inputs[0].Type.Element == ElementType.Double;

    /// <summary>The place of the largest element.</summary>
    public int Top(Array64 x)
    {
        var (values, _) = Value(x);
        return Array.IndexOf(values, values.Max());
    }

    /// <summary>One element and its gradient, or 1/2 ||tensor||^2 and its gradient.</summary>
    public (double Value, Array64 Gradient) Run(Array64 x, int? index)
    {
        var (values, shape) = Value(x);
        var cotangent = values;
        if (index is { } at) (cotangent = new double[values.Length])[at] = 1;
        using var results = _both.Run(new Dictionary<string, RuntimeTensor> { [_product.Input] = Of(x.Data, x.Shape), [_product.Cotangent] = Of(cotangent, shape) });
        return (index is { } place ? values[place] : 0.5 * values.Sum(each => each * each), new(results[_product.Gradient].ToDoubles(), x.Shape));
    }

    public void Dispose()
    {
        _forward.Dispose();
        _both.Dispose();
    }

    private (double[] Values, long[] Shape) Value(Array64 x)
    {
        using var results = _forward.Run(new Dictionary<string, RuntimeTensor> { [_product.Input] = Of(x.Data, x.Shape) });
        return (results[_product.Value].ToDoubles(), results[_product.Value].Shape.ToArray());
    }

    private RuntimeTensor Of(double[] data, long[] shape) =>
        IsDouble ? RuntimeTensor.Of(data, shape) : RuntimeTensor.Of(Array.ConvertAll(data, value => (float)value), shape);
}
