namespace Reverie.Onnx.Schema;

/// <summary>What one attribute of an operator may be.</summary>
/// <param name="Name">The attribute's name.</param>
/// <param name="Kind">What it holds.</param>
public sealed record AttributeRule(string Name, AttributeKind Kind)
{
    /// <summary>Whether every node must state it.</summary>
    public bool Required { get; init; }

    /// <summary>The first opset that has the attribute.</summary>
    public long Since { get; init; }

    /// <summary>The last opset that has the attribute.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Says what is wrong with a value of the right kind, or null where nothing is.</summary>
    internal Func<Attribute, string?>? Wrong { get; init; }
}
