namespace Reverie.Explain;

/// <summary>
/// Numbers in a shape, in float64 whatever the precision of the runs: what attribution methods take (inputs, baselines) and give (attributions).
/// The first size is the batch; a shape of rank 1 is a batch of single numbers.
/// </summary>
/// <param name="Values">The numbers, in C order.</param>
/// <param name="Shape">The shape, batch first.</param>
public sealed record Signal(double[] Values, long[] Shape)
{
    /// <summary>The number of items in the batch; 1 for a scalar.</summary>
    public int Items => Shape.Length == 0 ? 1 : checked((int)Shape[0]);

    /// <summary>The number of elements of one item.</summary>
    public int ItemLength => Items == 0 ? 0 : Values.Length / Items;

    /// <summary>The shape of one item.</summary>
    public long[] ItemShape => Shape.Length == 0 ? [] : Shape[1..];

    /// <summary>A signal of the given elements.</summary>
    /// <exception cref="ArgumentException">Their number is not what the shape asks for.</exception>
    public static Signal Of(double[] values, params ReadOnlySpan<long> shape) =>
        Onnx.Tensor.CountOf(shape) == values.Length ? new(values, shape.ToArray())
            : throw new ArgumentException($"{values.Length} numbers do not fill the shape [{string.Join(",", shape.ToArray())}]", nameof(values));

    /// <summary>A signal that holds the same number everywhere.</summary>
    public static Signal Constant(double value, params ReadOnlySpan<long> shape)
    {
        var values = new double[Onnx.Tensor.CountOf(shape)];
        Array.Fill(values, value);
        return new(values, shape.ToArray());
    }

    /// <summary>Zeros of the same shape.</summary>
    public Signal ZerosLike() => new(new double[Values.Length], Shape);

    /// <summary>The elements of one item, in place. Of a batch of one, item 0 stands for any.</summary>
    public Span<double> Item(int index) => Values.AsSpan((Items == 1 ? 0 : index) * ItemLength, ItemLength);

    /// <summary>One item as a batch of one, copied.</summary>
    public Signal Single(int index) => new(Item(index).ToArray(), Shape.Length == 0 ? [] : [1, .. Shape[1..]]);

    /// <summary>The sum of one item.</summary>
    public double Sum(int item)
    {
        var sum = 0.0;
        foreach (var value in Item(item)) sum += value;
        return sum;
    }

    /// <summary>The elements combined with those of another signal, whose batch is as long or 1.</summary>
    public Signal Zip(Signal other, Func<double, double, double> combine)
    {
        if (other.ItemLength != ItemLength || (other.Items != Items && other.Items != 1))
            throw new ArgumentException($"shapes [{string.Join(",", Shape)}] and [{string.Join(",", other.Shape)}] do not go together", nameof(other));
        var values = new double[Values.Length];
        var repeats = other.Values.Length;
        for (var index = 0; index < values.Length; index++) values[index] = combine(Values[index], other.Values[index % repeats]);
        return new(values, Shape);
    }

    /// <summary>One item of this signal repeated along its axes of size 1 to an item's shape, such as one number per channel to a picture.</summary>
    public Signal Broadcast(params ReadOnlySpan<long> itemShape)
    {
        var values = new double[Onnx.Tensor.CountOf(itemShape)];
        for (var place = 0; place < values.Length; place++)
        {
            var (rest, from, stride) = (place, 0, 1);
            for (var axis = itemShape.Length - 1; axis >= 0; axis--)
            {
                var own = (int)Shape[axis + 1];
                if (own > 1) from += rest % (int)itemShape[axis] * stride;
                rest /= (int)itemShape[axis];
                stride *= own;
            }
            values[place] = Values[from];
        }
        return new(values, [1, .. itemShape]);
    }

    /// <summary>A function of every element.</summary>
    public Signal Map(Func<double, double> function) => new(Array.ConvertAll(Values, value => function(value)), Shape);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(",", Shape)}]";
}
