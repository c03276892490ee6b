using Reverie.Autodiff;
using Reverie.Autodiff.Linear;
using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>
/// RevealCancel: the changes of a linear layer's output are kept as two streams, what its positive and what its negative contributions sum to, and a nonlinearity gives each
/// stream a multiplier of its own. The walk carries the positive stream's multiplier; how far the negative stream's differs is kept here, per tensor, until the layer before takes both up.
/// </summary>
internal sealed class DeepLiftStreams(DeepLiftRules rules, Graph graph)
{
    private readonly Dictionary<string, Node> _producers = graph.Producers();
    private readonly Dictionary<string, List<Value>> _differences = new(StringComparer.Ordinal);

    /// <summary>The rule of a nonlinearity y = s(z).</summary>
    public void RevealCancel(RuleContext c, bool onlyDense)
    {
        var z = c.X;
        if (!Splits(c, z.Name) || (onlyDense && !IsDense(z.Name)))
        {
            rules.Rescale(c);
            return;
        }
        var (plus, minus) = Streams(c, z.Name);
        var z0 = rules.Reference(c, z);
        var (after, before) = (c.Y, rules.Reference(c, c.Y));
        var (alonePlus, aloneMinus) = (At(c, z0 + plus), At(c, z0 + minus));
        var derivative = c.Through(RuleTable.Gradient[c.Node.Op]!, DeepLiftRules.Ones(c, c.Node.Output));
        var up = Multiplier(((alonePlus - before) + (after - aloneMinus)) * 0.5, plus);
        var down = Multiplier(((aloneMinus - before) + (after - alonePlus)) * 0.5, minus);
        c.Give(0, c.Dy * up);
        Add(z.Name, c.Dy * (down - up));

        Value Multiplier(Value effect, Value change)
        {
            var near = rules.IsNear(change, z);
            return near.Choose(derivative, effect / near.Choose(1, change));
        }
    }

    /// <summary>The rule of a linear layer, which takes up both streams of its output.</summary>
    public void Linear(RuleContext c)
    {
        if (Difference(c.Node.Output) is not { } difference)
        {
            if (c.Node.Op == "MatMul") rules.MatMul(c);
            else RuleTable.Gradient[c.Node.Op]!(c);
            return;
        }
        var (up, down) = (c.Dy, c.Dy + difference);
        if (LinearOperator.Of(c) is { } layer)
        {
            var change = layer.X - rules.Reference(c, layer.X);
            var rising = layer.Adjoint(up, layer.Positive) + layer.Adjoint(down, layer.Negative);
            var falling = layer.Adjoint(up, layer.Negative) + layer.Adjoint(down, layer.Positive);
            c.Give(layer.Data, BySign(change, rising, falling));
            return;
        }
        var changing = Enumerable.Range(0, 2).Where(index => rules.Changes(c.Node.Inputs[index])).ToList();
        if (changing is [var only] && Splits(c, c.Node.Inputs[only]) && SameShape(c, c.Node.Inputs[only], c.Node.Output))
        {
            // adding a constant changes no stream; subtracting from one turns them around
            c.Give(only, IsTaken(c, only) ? -down : up);
            if (c.Wants(only)) Add(c.Node.Inputs[only], difference);
            return;
        }
        foreach (var index in changing)
        {
            var change = c.In(index) - rules.Reference(c, c.In(index));
            c.GiveBroadcast(index, () => IsTaken(c, index) ? -BySign(change, down, up) : BySign(change, up, down));
        }
    }

    private static bool IsTaken(RuleContext c, int index) => c.Node.Op == "Sub" && index == 1;

    // What does not change pulls in neither direction: the mean of both.
    private static Value BySign(Value change, Value rising, Value falling) => (change > 0).Choose(rising, (change < 0).Choose(falling, (rising + falling) * 0.5));

    private (Value Plus, Value Minus) Streams(RuleContext c, string tensor)
    {
        var turned = false;
        while (true)
        {
            var producer = c.On(_producers[tensor]);
            if (LinearOperator.Of(producer) is { } layer)
            {
                var (rise, fall) = Parts(layer.X - rules.Reference(producer, layer.X));
                return Turn(layer.Forward(rise, layer.Positive) + layer.Forward(fall, layer.Negative), layer.Forward(rise, layer.Negative) + layer.Forward(fall, layer.Positive));
            }
            var changing = Enumerable.Range(0, 2).Where(index => rules.Changes(producer.Node.Inputs[index])).ToList();
            if (changing is [var only] && Splits(c, producer.Node.Inputs[only]) && SameShape(producer, producer.Node.Inputs[only], tensor))
            {
                turned ^= IsTaken(producer, only);
                tensor = producer.Node.Inputs[only];
                continue;
            }
            var parts = changing.Select(index =>
            {
                var (rise, fall) = Parts(producer.In(index) - rules.Reference(producer, producer.In(index)));
                return IsTaken(producer, index) ? (Plus: -fall, Minus: -rise) : (Plus: rise, Minus: fall);
            }).ToList();
            return Turn(parts.Select(part => part.Plus).Aggregate((sum, next) => sum + next), parts.Select(part => part.Minus).Aggregate((sum, next) => sum + next));
        }

        (Value, Value) Turn(Value plus, Value minus) => turned ? (-minus, -plus) : (plus, minus);
    }

    private static (Value Rise, Value Fall) Parts(Value change) =>
        (change.Apply("Relu"), change.Emitter.Op("Min", change, change.Emitter.Scalar(0)));

    // Whether what writes a tensor can take up two streams.
    private bool Splits(RuleContext c, string tensor) =>
        _producers.TryGetValue(tensor, out var node) && (node.Op is "Add" or "Sub" || LinearOperator.Of(c.On(node)) is not null);

    private bool IsDense(string tensor)
    {
        while (_producers.TryGetValue(tensor, out var node))
        {
            if (node.Op is not ("Add" or "Sub")) return node.Op is "Gemm" or "MatMul";
            var changing = node.Inputs.Where(rules.Changes).ToList();
            if (changing.Count != 1) return false;
            tensor = changing[0];
        }
        return false;
    }

    private static bool SameShape(RuleContext c, string left, string right) =>
        c.Emitter.DimsOf(left) is { } one && c.Emitter.DimsOf(right) is { } other && one.SequenceEqual(other);

    private static Value At(RuleContext c, Value z)
    {
        Value[] inputs = [z, .. Enumerable.Range(1, c.Node.Inputs.Count - 1).Select(c.In)];
        return c.Emitter.Op(c.Node.Op, inputs, [.. c.Node.Attributes.Select(each => (each.Key, each.Value))]);
    }

    private void Add(string tensor, Value difference)
    {
        if (!_differences.TryGetValue(tensor, out var list)) _differences[tensor] = list = [];
        list.Add(difference);
    }

    private Value? Difference(string tensor) => _differences.TryGetValue(tensor, out var list) ? list.Aggregate((sum, next) => sum + next) : null;
}
