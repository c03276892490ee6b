namespace Reverie.Onnx.Schema;

/// <summary>
/// What a node of one operator must look like in the opsets that Reverie reads: number and element types of inputs, number of outputs, attributes
/// with their kinds and ranges, and what must hold between them. The facts are those of onnx.ai's operator changelog.
/// </summary>
public sealed class OperatorSchema
{
    private readonly List<(long Since, int Min, int Max)> _inputs = [];
    private readonly List<(long Since, int Min, int Max)> _outputs = [];
    private readonly List<AttributeRule> _attributes = [];
    private readonly List<Action<NodeCheck>> _checks = [];
    private string _types = "*";

    internal OperatorSchema(string name, long since = 1, long until = long.MaxValue, string domain = "")
    {
        (Name, Since, Until, Domain) = (name, since, until, domain);
        _inputs.Add((0, 1, 1));
        _outputs.Add((0, 1, 1));
    }

    /// <summary>The operator, such as <c>Conv</c>.</summary>
    public string Name { get; }

    /// <summary>The domain; empty for the standard one.</summary>
    public string Domain { get; }

    /// <summary>The first opset that has the operator.</summary>
    public long Since { get; }

    /// <summary>The last opset that has the operator.</summary>
    public long Until { get; }

    /// <summary>The attributes that any of the opsets knows.</summary>
    public IReadOnlyList<AttributeRule> Attributes => _attributes;

    /// <summary>The least and greatest number of inputs in an opset.</summary>
    public (int Min, int Max) InputsAt(long opset) => At(_inputs, opset);

    /// <summary>The least and greatest number of outputs in an opset.</summary>
    public (int Min, int Max) OutputsAt(long opset) => At(_outputs, opset);

    /// <summary>Schemas of several operators that are alike, their names separated by spaces.</summary>
    internal static IEnumerable<OperatorSchema> Each(string names, long since = 1) => names.Split(' ').Select(name => new OperatorSchema(name, since));

    /// <summary>
    /// Element types, one letter an input, the last one repeating: f floating, n any number, t any type (inputs with the same of these letters share one type),
    /// i 32- or 64-bit integer, l 64-bit integer, b Boolean, * not checked.
    /// </summary>
    internal OperatorSchema Types(string letters)
    {
        _types = letters;
        return this;
    }

    internal OperatorSchema In(int min, int max, long since = 0)
    {
        _inputs.Add((since, min, max));
        return this;
    }

    internal OperatorSchema Out(int min, int max, long since = 0)
    {
        _outputs.Add((since, min, max));
        return this;
    }

    internal OperatorSchema Int(string name, long min = long.MinValue, long max = long.MaxValue, bool required = false, long since = 0, long until = long.MaxValue) =>
        With(new(name, AttributeKind.Int) { Required = required, Since = since, Until = until, Wrong = value => Range(value.Int, min, max) });

    internal OperatorSchema Flag(string name, long since = 0, long until = long.MaxValue) => Int(name, 0, 1, since: since, until: until);

    internal OperatorSchema Ints(string name, long min = long.MinValue, long max = long.MaxValue, bool required = false, long since = 0, long until = long.MaxValue) =>
        With(new(name, AttributeKind.Ints)
        {
            Required = required,
            Since = since,
            Until = until,
            Wrong = value => value.Ints.Select(item => Range(item, min, max)).FirstOrDefault(wrong => wrong is not null),
        });

    internal OperatorSchema Float(string name, double min = double.NegativeInfinity, long since = 0, long until = long.MaxValue) =>
        With(new(name, AttributeKind.Float)
        {
            Since = since,
            Until = until,
            Wrong = value => !float.IsFinite(value.Float) ? $"is {value.Float}, not a finite number" : value.Float < min ? $"is {value.Float}, less than {min}" : null,
        });

    internal OperatorSchema Floats(string name, bool required = false, long since = 0, long until = long.MaxValue) =>
        With(new(name, AttributeKind.Floats)
        {
            Required = required,
            Since = since,
            Until = until,
            Wrong = value => Array.TrueForAll(value.Floats, float.IsFinite) ? null : "holds a number that is not finite",
        });

    internal OperatorSchema Text(string name, params string[] allowed) => TextSince(name, 0, allowed);

    internal OperatorSchema TextSince(string name, long since, params string[] allowed) =>
        With(new(name, AttributeKind.String)
        {
            Since = since,
            Wrong = value => allowed.Contains(value.String) ? null : $"is '{Names.Printable(value.String)}'; known: {string.Join(", ", allowed)}",
        });

    internal OperatorSchema With(AttributeRule rule)
    {
        _attributes.Add(rule);
        return this;
    }

    internal OperatorSchema Must(Action<NodeCheck> check)
    {
        _checks.Add(check);
        return this;
    }

    /// <summary>Checks one node.</summary>
    /// <exception cref="ReverieException">The node is not what the operator asks for; the message names the node.</exception>
    internal void Check(NodeCheck node)
    {
        CheckArity(node);
        CheckAttributes(node);
        CheckTypes(node);
        foreach (var check in _checks) check(node);
    }

    private void CheckArity(NodeCheck check)
    {
        var (node, inputs, outputs) = (check.Node, InputsAt(check.Opset), OutputsAt(check.Opset));
        if (node.Inputs.Count < inputs.Min || node.Inputs.Count > inputs.Max)
            check.Fail($"it has {node.Inputs.Count} inputs; opset {check.Opset} asks for {Span(inputs)}");
        for (var index = 0; index < inputs.Min; index++)
            if (!node.HasInput(index)) check.Fail($"its input {index} is left out, but is not optional");
        if (node.Outputs.Count < outputs.Min || node.Outputs.Count > outputs.Max)
            check.Fail($"it has {node.Outputs.Count} outputs; opset {check.Opset} asks for {Span(outputs)}");
        if (node.Outputs.TrueForAll(output => output.Length == 0)) check.Fail("it writes no tensor");
    }

    private void CheckAttributes(NodeCheck check)
    {
        foreach (var (name, value) in check.Node.Attributes)
        {
            var rule = _attributes.Find(rule => rule.Name == name && check.Opset >= rule.Since && check.Opset <= rule.Until);
            if (rule is null)
            {
                var other = _attributes.Find(rule => rule.Name == name);
                check.Fail(other is null ? Names.Unknown("attribute", name, _attributes.Select(known => known.Name))
                    : check.Opset < other.Since ? $"its attribute '{name}' exists from opset {other.Since} on, but the model follows opset {check.Opset}"
                    : $"its attribute '{name}' exists up to opset {other.Until}, but the model follows opset {check.Opset}");
                continue;
            }
            if (value.Kind != rule.Kind) check.Fail($"its attribute '{name}' holds {value.Kind} where {rule.Kind} belongs");
            if (rule.Wrong?.Invoke(value) is { } wrong) check.Fail($"its attribute '{name}' {wrong}");
        }
        foreach (var rule in _attributes)
            if (rule.Required && check.Opset >= rule.Since && check.Opset <= rule.Until && !check.Node.Attributes.ContainsKey(rule.Name))
                check.Fail($"its attribute '{rule.Name}' is missing");
    }

    private void CheckTypes(NodeCheck check)
    {
        Span<ElementType> shared = stackalloc ElementType[3];
        shared.Clear();
        for (var index = 0; index < check.Node.Inputs.Count; index++)
        {
            var letter = _types[Math.Min(index, _types.Length - 1)];
            if (letter == '*' || check.Type(index)?.Element is not { } type || type == ElementType.Undefined) continue;
            var fits = letter switch
            {
                'f' => type.IsFloating(),
                'n' => type is not (ElementType.Bool or ElementType.String),
                'i' => type is ElementType.Int32 or ElementType.Int64,
                'l' => type is ElementType.Int64,
                'b' => type is ElementType.Bool,
                _ => type is not ElementType.String,
            };
            if (!fits) check.Fail($"its input {index} holds {type}, which the operator does not take there");
            var group = "fnt".IndexOf(letter, StringComparison.Ordinal);
            if (group < 0) continue;
            if (shared[group] == ElementType.Undefined) shared[group] = type;
            if (shared[group] != type) check.Fail($"its inputs differ in element type: {shared[group]} and {type}");
        }
    }

    private static (int, int) At(List<(long Since, int Min, int Max)> ranges, long opset)
    {
        var index = ranges.Count - 1;
        while (ranges[index].Since > opset) index--;
        return (ranges[index].Min, ranges[index].Max);
    }

    private static string Span((int Min, int Max) range) =>
        range.Min == range.Max ? $"{range.Min}" : range.Max == int.MaxValue ? $"at least {range.Min}" : $"{range.Min} to {range.Max}";

    private static string? Range(long value, long min, long max) =>
        value >= min && value <= max ? null
        : min == long.MinValue ? $"is {value}, but must be at most {max}"
        : max == long.MaxValue ? $"is {value}, but must be at least {min}"
        : $"is {value}, but must be from {min} to {max}";
}
