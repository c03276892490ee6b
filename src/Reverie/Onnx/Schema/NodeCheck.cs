using System.Diagnostics.CodeAnalysis;

namespace Reverie.Onnx.Schema;

/// <summary>A node under inspection, with what is known about its inputs.</summary>
internal sealed class NodeCheck(Node node, long opset, Func<string, TensorType?> typeOf, Dictionary<string, Tensor> constants)
{
    /// <summary>Tensors that constants alone determine may not be larger than this many elements: 64 Mi, 256 MiB of float32.</summary>
    public const long MaxGenerated = 1L << 26;

    public Node Node => node;

    public long Opset => opset;

    /// <summary>The type of an input, or null where it is left out or not known.</summary>
    public TensorType? Type(int input) => node.HasInput(input) ? typeOf(node.Input(input)) : null;

    /// <summary>The shape of an input, or null where not even its rank is known.</summary>
    public IReadOnlyList<Dim>? Shape(int input) => Type(input)?.Shape;

    public int? Rank(int input) => Shape(input)?.Count;

    /// <summary>The constant that an input is, or null.</summary>
    public Tensor? Constant(int input) => node.HasInput(input) ? constants.GetValueOrDefault(node.Input(input)) : null;

    /// <summary>The integers that an input holds, where it is a constant.</summary>
    public long[]? Integers(int input)
    {
        if (Constant(input) is not { } tensor) return null;
        if (tensor.Type is not (ElementType.Int64 or ElementType.Int32)) Fail($"its input {input} holds {tensor.Type} where integers belong");
        if (tensor.Rank > 1) Fail($"its input {input} has {tensor.Rank} dimensions where a list belongs");
        return tensor.ToInts();
    }

    /// <summary>Requires an axis, or null for one that is not known, to lie within the rank of an input, if that is known.</summary>
    public void Axis(long? axis, int? rank, string what = "axis", bool end = false)
    {
        if (axis is not { } value) return;
        if (rank is { } known)
        {
            if (value < -known || value > (end ? known : known - 1)) Fail($"its {what} is {value}, but the tensor has {known} dimensions");
        }
        else if (value is < -64 or > 64) Fail($"its {what} is {value}, beyond any rank");
    }

    /// <summary>Requires axes to lie within the rank and to differ.</summary>
    public void Axes(long[]? axes, int? rank, string what = "axes")
    {
        if (axes is null) return;
        if (axes.Length > 64) Fail($"it lists {axes.Length} {what}");
        foreach (var axis in axes) Axis(axis, rank, what);
        if (axes.Distinct().Count() != axes.Length || (rank is { } known && axes.Select(axis => axis < 0 ? axis + known : axis).Distinct().Count() != axes.Length))
            Fail($"its {what} repeat one: [{string.Join(",", axes)}]");
    }

    /// <summary>Requires the attribute to be a list of the given length, if it is stated.</summary>
    public void Length(string attribute, int length)
    {
        if (node.Ints(attribute) is { } list && list.Length != length) Fail($"its attribute '{attribute}' lists {list.Length} numbers where {length} belong");
    }

    /// <summary>Requires that constants do not ask for a tensor of absurd size.</summary>
    public void Generates(IEnumerable<long> shape)
    {
        Int128 count = 1;
        foreach (var dim in shape)
        {
            if (dim < 0) Fail($"it asks for a tensor with the dimension {dim}");
            count *= dim;
            if (count > MaxGenerated)
                Fail($"it asks for a tensor of more than {MaxGenerated:N0} elements, the limit for tensors made from constants");
        }
    }

    [DoesNotReturn]
    public void Fail(string what) => throw new ReverieException($"{node.Describe()}: {what}");
}
