using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Dream.Objectives;

/// <summary>
/// Writes one term of an objective into a graph: its value, and its gradient at its layer (the cotangent with which the walk back to the picture begins).
/// Both are written by hand, since they are short and the gradient of 1/2 ||a||^2 is a tensor that is there already.
/// </summary>
internal sealed class TermGraph(Emitter emitter, ObjectiveTerm term, GuideFeatures guides)
{
    /// <summary>The graph's input [1,1,h,w] with the weights of the layer's places; null where all count alike.</summary>
    public string? Where { get; private set; }

    /// <summary>
    /// Writes the term for runs that see a part of the picture each: before any scale or norm, so that what the parts give adds up, and always with
    /// <see cref="Where"/>, which says which places of the layer belong to the part (and, where a term is a mean over places, by what they are divided).
    /// </summary>
    /// <exception cref="ReverieException">The layer has no such channels or places, or what the measure needs is missing.</exception>
    public TermParts WriteParts()
    {
        var weights = Demand();
        var activation = emitter[term.Layer];
        if (term.Measure == ObjectiveMeasure.Energy)
        {
            var chosen = term.Channels is null ? activation : activation * Mask();
            var weighted = chosen * weights;
            return new(weighted, emitter.Op("ReduceSum", [chosen * weighted], ("keepdims", 0)), Squares(weighted));
        }
        var seed = Seed();
        if (term.Channels is not null) seed *= Mask();
        seed *= weights;
        if (term.Measure != ObjectiveMeasure.Guide) seed = seed.Expand(emitter.ShapeOf(term.Layer));
        return new(seed, emitter.Op("ReduceSum", [activation * seed], ("keepdims", 0)), Squares(seed));
    }

    /// <summary>Writes the term with its weight.</summary>
    /// <param name="unitNorm">Whether the cotangent is to have norm 1 before it is weighed.</param>
    /// <exception cref="ReverieException">The layer has no such channels or places, or what the measure needs is missing.</exception>
    public (Value Value, Value Cotangent) Write(bool unitNorm) => term.Measure == ObjectiveMeasure.Energy ? Energy(unitNorm) : Linear(unitNorm);

    private (Value, Value) Energy(bool unitNorm)
    {
        var activation = emitter[term.Layer];
        var chosen = term.Channels is null ? activation : activation * Mask();
        if (Weights() is { } weights)
        {
            var weighted = chosen * weights;
            var sum = emitter.Op("ReduceSum", [chosen * weighted], ("keepdims", 0));
            if (!unitNorm) return (sum * (0.5 * term.Weight), weighted * term.Weight);
            var length = AtLeastTiny(Squares(weighted).Sqrt());
            return (sum / length * term.Weight, weighted * (term.Weight / length));
        }
        var half = emitter.Op("ReduceSumSquare", [chosen], ("keepdims", 0)) * 0.5;
        if (!unitNorm) return (half * term.Weight, chosen * term.Weight);
        // d ||a|| = a / ||a||; a silent layer has no direction and pulls nowhere
        var norm = (2 * half).Sqrt();
        return (norm * term.Weight, chosen * (term.Weight / AtLeastTiny(norm)));
    }

    // Measures that are a dot product with a tensor of the layer's shape, which is the cotangent.
    private (Value, Value) Linear(bool unitNorm)
    {
        var seed = Seed();
        if (term.Channels is not null) seed *= Mask();
        if (Weights() is { } weights) seed *= weights;
        else if (term.Measure != ObjectiveMeasure.Guide && Rank > 2) seed /= Places();
        if (term.Measure != ObjectiveMeasure.Guide) seed = seed.Expand(emitter.ShapeOf(term.Layer));
        if (unitNorm) seed /= AtLeastTiny(Squares(seed).Sqrt());
        seed *= term.Weight;
        return (emitter.Op("ReduceSum", [emitter[term.Layer] * seed], ("keepdims", 0)), seed);
    }

    private Value Seed() => term.Measure switch
    {
        ObjectiveMeasure.Mean => emitter.Scalar(1.0 / (term.Channels?.Count ?? Channels())),
        ObjectiveMeasure.Direction => PerChannel("direction", Direction(term.Direction ?? throw new ReverieException($"the direction in {term.Layer} is not given"))),
        ObjectiveMeasure.GuideSum => PerChannel("guide", guides.SumOf(term)),
        _ => BestMatch(),
    };

    // At every place the guide's column with the largest dot product: A = Y X, and Y's row of the largest element of each column.
    private Value BestMatch()
    {
        if (Rank != 4) throw NoPlaces();
        var activation = emitter[term.Layer];
        var (features, places, channels) = guides.Of(term);
        var flat = activation.Reshape(channels, -1);
        var match = emitter.Op("ArgMax", [emitter.Constant("guide", Tensor.Of<float>(features, places, channels)).MatMul(flat)], ("axis", 0), ("keepdims", 0));
        var columns = emitter.Constant("guide columns", Tensor.Of<float>(Transposed(features, places, channels), channels, places));
        return emitter.Op("Gather", [columns, match], ("axis", 1)).Reshape(emitter.ShapeOf(term.Layer));
    }

    private Value Squares(Value seed) => emitter.Op("ReduceSumSquare", [seed], ("keepdims", 0));

    private Value AtLeastTiny(Value norm) => emitter.Op("Max", norm, emitter.Scalar(1e-20));

    private Value Mask()
    {
        var count = Channels();
        var mask = new float[count];
        foreach (var channel in term.Channels!)
        {
            if (channel < 0 || channel >= count) throw new ReverieException($"{term.Layer} has no channel {channel}; it has {count}, counted from 0");
            mask[channel] = 1;
        }
        return PerChannel("channels", mask);
    }

    private float[] Direction(IReadOnlyList<float> direction) => direction.Count == Channels()
        ? [.. direction]
        : throw new ReverieException($"the direction has {direction.Count} numbers, but {term.Layer} has {Channels()} channels");

    private Value? Weights() => term.At is null ? null : Demand();

    private Value Demand()
    {
        if (Rank != 4) throw NoPlaces();
        Where = emitter.Fresh("where");
        emitter.Graph.Inputs.Add(new(Where, new(ElementType.Float, [Dim.Of(1), Dim.Of(1), Dim.Symbol($"{Where}/h"), Dim.Symbol($"{Where}/w")])));
        return emitter[Where];
    }

    private Value Places() => emitter.ShapeOf(term.Layer).Range(2).Apply("ReduceProd").Cast(ElementType.Float);

    private Value PerChannel(string what, float[] perChannel) =>
        emitter.Constant(what, Tensor.Of<float>(perChannel, [perChannel.Length, .. Enumerable.Repeat(1L, Rank - 2)]));

    private int Rank => emitter.RankOf(term.Layer);

    private int Channels() => emitter.DimsOf(term.Layer) is [_, { Value: { } count }, ..]
        ? checked((int)count)
        : throw new ReverieException($"the number of channels of {term.Layer} is not known, so none can be chosen");

    private ReverieException NoPlaces() => new($"{term.Layer} has no places to choose from: its shape is not [N,C,H,W]");

    private static float[] Transposed(float[] matrix, int rows, int columns)
    {
        var result = new float[matrix.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column];
        return result;
    }
}

/// <summary>A term as a part of the picture has it.</summary>
/// <param name="Cotangent">Its gradient at the layer, before scale and norm.</param>
/// <param name="Product">The sum of the layer's activations times the cotangent: twice the energy, or the linear measure itself.</param>
/// <param name="Squares">The sum of the cotangent's squares.</param>
internal sealed record TermParts(Value Cotangent, Value Product, Value Squares);
