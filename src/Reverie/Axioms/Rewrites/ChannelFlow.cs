using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>Follows the channels of a tensor forward, until weights absorb what was done to them.</summary>
internal static class ChannelFlow
{
    /// <summary>All that reads the channels, directly or further on; null where they reach what cannot absorb a change, or the target.</summary>
    public static List<ChannelUse>? Follow(RewriteContext context, string tensor, Func<Node, ChannelRole> role)
    {
        var uses = new List<ChannelUse>();
        var open = new Queue<(string Tensor, int Offset, int Area)>([(tensor, 0, 1)]);
        while (open.TryDequeue(out var at))
        {
            if (at.Tensor == context.Target) return null;
            foreach (var node in context.Readers(at.Tensor))
            {
                var (does, offset, area) = RoleOf(context, node, at.Tensor, at.Offset, at.Area, role);
                if (does == ChannelRole.Stop) return null;
                uses.Add(new(node, offset, area, does));
                if (does != ChannelRole.Absorb) open.Enqueue((node.Output, offset, area));
            }
        }
        return uses.Exists(use => use.Role == ChannelRole.Absorb) ? uses : null;
    }

    private static (ChannelRole, int Offset, int Area) RoleOf(RewriteContext context, Node node, string tensor, int offset, int area, Func<Node, ChannelRole> role)
    {
        var stop = (ChannelRole.Stop, 0, 0);
        if (node.Inputs.Count(input => input == tensor) != 1 || node.Outputs.Count(output => output.Length > 0) != 1) return stop;
        var input = node.Inputs.IndexOf(tensor);
        if (RewriteContext.Is(node, "Concat"))
        {
            if (area != 1 || context.Shape(tensor) is not { } shape || node.Int("axis", 0) is not 1 && node.Int("axis", 0) != 1 - shape.Length) return stop;
            var before = 0L;
            foreach (var other in node.Inputs.Take(input))
            {
                if (context.Shape(other) is not { } size) return stop;
                before += size[1];
            }
            return (ChannelRole.Pass, offset + (int)before, area);
        }
        if (input != 0) return stop;
        if (RewriteContext.Is(node, "Flatten", "Reshape"))
            // [N,C,H,W] to [N,C*H*W]: every channel becomes H*W numbers in a row
            return context.Shape(tensor) is { Length: > 2 } from && context.Shape(node.Output) is [var items, var length] && items == from[0] && length == from[1..].Aggregate(1L, (one, other) => one * other)
                ? (ChannelRole.Pass, offset, area * (int)(length / from[1])) : stop;
        var does = role(node);
        return does is ChannelRole.Absorb && area > 1 && !RewriteContext.Is(node, "Gemm", "MatMul") ? stop : (does, offset, area);
    }
}
