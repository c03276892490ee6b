using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>
/// A layer that is linear in one input, with constant weights: Conv, ConvTranspose, Gemm, MatMul. Its two primitives take substituted weights: the forward pass without bias,
/// and the adjoint. All rules of DeepLIFT and LRP are made of them.
/// </summary>
internal sealed class LinearOperator
{
    private readonly RuleContext _context;
    private readonly string _weights;

    private LinearOperator(RuleContext context, int data) => (_context, Data, _weights) = (context, data, context.Node.Inputs[1 - data]);

    /// <summary>Which input the layer is linear in.</summary>
    public int Data { get; }

    /// <summary>Whether it is a convolution and not a dense layer.</summary>
    public bool IsConvolution => _context.Node.Op is "Conv" or "ConvTranspose";

    /// <summary>The layer's input.</summary>
    public Value X => _context.In(Data);

    /// <summary>The layer's own weights.</summary>
    public Value Weights => _context.In(1 - Data);

    /// <summary>The bias as it is added to the output, in a shape that broadcasts to it; null where there is none.</summary>
    public Value? Bias
    {
        get
        {
            if (!_context.Node.HasInput(2)) return null;
            var bias = _context.In(2);
            if (_context.Node.Op == "Gemm") return bias * ActivationRules.Exact(_context.Node.Float("beta", 1));
            var spatial = _context.Rank() - 2;
            return spatial == 0 ? bias : bias.Unsqueeze([.. Enumerable.Range(1, spatial).Select(axis => (long)axis)]);
        }
    }

    /// <summary>The layer of a node, or null where it is of another kind or its weights are computed.</summary>
    public static LinearOperator? Of(RuleContext c)
    {
        switch (c.Node.Op)
        {
            case "Conv" or "ConvTranspose" or "Gemm": return IsWeight(1) ? new(c, 0) : null;
            case "MatMul": return IsWeight(1) ? new(c, 0) : IsWeight(0) ? new(c, 1) : null;
            default: return null;
        }

        bool IsWeight(int index) => c.ConstantOf(index) is { Type: ElementType.Float or ElementType.Double };
    }

    /// <summary>The weights with a function applied to each: a constant, made once when the graph is built.</summary>
    public Value Substituted(string what, Func<double, double> function)
    {
        var graph = _context.Emitter.Graph;
        var key = $"{_weights}/{what}";
        if (!graph.Constants.ContainsKey(key))
        {
            var weights = graph.Constants[_weights];
            graph.Constants[key] = weights.Type == ElementType.Float
                ? Tensor.Of<float>(Array.ConvertAll(weights.Span<float>().ToArray(), value => (float)function(value)), weights.Shape)
                : Tensor.Of<double>(Array.ConvertAll(weights.Span<double>().ToArray(), value => function(value)), weights.Shape);
            graph.Refresh();
        }
        return _context.Emitter[key];
    }

    /// <summary>max(w, 0).</summary>
    public Value Positive => Substituted("positive", weight => Math.Max(weight, 0));

    /// <summary>min(w, 0).</summary>
    public Value Negative => Substituted("negative", weight => Math.Min(weight, 0));

    /// <summary>The layer without its bias, on another input and with other weights.</summary>
    public Value Forward(Value x, Value weights)
    {
        var node = _context.Node;
        Value[] inputs = Data == 0 ? [x, weights] : [weights, x];
        return _context.Emitter.Op(node.Op, inputs, [.. node.Attributes.Where(each => each.Key != "beta").Select(each => (each.Key, each.Value))]);
    }

    /// <summary>The adjoint of <see cref="Forward"/> in its input.</summary>
    public Value Adjoint(Value dy, Value weights)
    {
        var node = _context.Node;
        return node.Op switch
        {
            "Conv" => ConvolutionAdjoint.OfInput(_context, dy, weights),
            "ConvTranspose" => ConvolutionRules.OfTransposed(_context, dy, weights),
            "Gemm" => MatrixRules.GemmAdjoint(_context, dy, weights),
            _ => MatrixRules.MatMulAdjoint(_context, Data, dy, weights),
        };
    }
}
