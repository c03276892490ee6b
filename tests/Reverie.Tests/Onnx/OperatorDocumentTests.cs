using System.Globalization;
using System.Reflection;
using System.Text;
using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Schema;

namespace Reverie.Tests.Onnx;

public class OperatorDocumentTests
{
    // What Onnx/Upgrade makes of operators that are not canonical.
    private static readonly Dictionary<string, string> Becomes = new()
    {
        ["Upsample"] = "Resize",
        ["Scatter"] = "ScatterElements",
        ["GroupNormalization"] = "InstanceNormalization",
        ["RMSNormalization"] = "ReduceMean",
        ["Swish"] = "Sigmoid",
        ["BiasGelu"] = "Gelu",
        ["FastGelu"] = "Gelu",
        ["QuickGelu"] = "Sigmoid",
    };

    [Fact]
    public void The_document_of_operators_is_what_the_schemas_say()
    {
        var path = Shared.InRepository("docs", "operators.md");
        if (Environment.GetEnvironmentVariable("REVERIE_UPDATE_DOCS") == "1") File.WriteAllText(path, Document());
        Assert.Equal(Document(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    private static string Document()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Operators that Reverie reads

            Models of opsets {ModelValidator.OldestOpset} to {ModelValidator.NewestOpset} are read, checked, and brought to opset {Model.CanonicalOpset} (with Gelu of opset 20) in float32.
            Refused by name: other operators and domains, control flow (If, Loop, Scan), functions, sparse tensors, text, 8-bit floats and 4-bit integers,
            BatchNormalization and Dropout in training mode, blocked quantisation, the Resize modes `tf_crop_and_resize` and `half_pixel_symmetric`.
            Models in float16, bfloat16 or float64 are computed in float32 (the loaded model carries a note); doubles beyond the range of float32 become its largest number.
            A network has one input, of floats. Tensors have at most 2 GiB; what constants alone ask for (Expand, Tile, Range, ...) at most 64 Mi elements.
            This file is written by the test `OperatorDocumentTests` (set `REVERIE_UPDATE_DOCS=1`).

            The column "gradient": **yes**, there is a rule; as ..., the operator is rewritten on load and has the gradient of what it becomes; 0, the output does not change with
            small changes of the input, and gradients stop there; empty, a gradient that passes through is refused by name. Constant inputs need no rule: a DequantizeLinear of
            stored weights is folded on load. The column "own rules": the rule sets of attribution methods that treat the operator otherwise than the gradient does.

            | operator | opsets | inputs | gradient | own rules | attributes |
            | --- | --- | --- | --- | --- | --- |

            """);
        foreach (var schema in OperatorSchemas.All)
        {
            var name = schema.Domain.Length > 0 ? $"{schema.Domain}.{schema.Name}" : schema.Name;
            var (from, to) = (Math.Max(schema.Since, ModelValidator.OldestOpset), Math.Min(schema.Until, ModelValidator.NewestOpset));
            var (min, max) = (Math.Min(schema.InputsAt(from).Min, schema.InputsAt(to).Min), Math.Max(schema.InputsAt(from).Max, schema.InputsAt(to).Max));
            var inputs = min == max ? $"{min}" : max == int.MaxValue ? $"{min} or more" : $"{min}-{max}";
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {from}-{to} | {inputs} | {Gradient(schema)} | {OwnRules(schema)} | {string.Join(", ", schema.Attributes.Select(Attribute))} |\n");
        }
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string Gradient(OperatorSchema schema) => Becomes.TryGetValue(schema.Name, out var other) ? $"as {other}"
        : RuleTable.Gradient[schema.Name] is not null ? "yes" : RuleTable.Gradient.Stops.Contains(schema.Name) ? "0" : "";

    // Every rule table that the library offers as a static property, whatever room it stands in.
    private static string OwnRules(OperatorSchema schema) => schema.Domain.Length > 0 ? "" : string.Join(", ", typeof(RuleTable).Assembly.GetTypes()
        .SelectMany(type => type.GetProperties(BindingFlags.Static | BindingFlags.Public))
        .Where(property => property.PropertyType == typeof(RuleTable) && !property.DeclaringType!.ContainsGenericParameters)
        .Select(property => (RuleTable)property.GetValue(null)!)
        .Where(table => table[schema.Name] is { } rule && rule != RuleTable.Gradient[schema.Name])
        .Select(table => table.Name).Distinct().Order(StringComparer.Ordinal));

    private static string Attribute(AttributeRule rule) =>
        rule.Since > ModelValidator.OldestOpset ? $"`{rule.Name}` (from {rule.Since})" : rule.Until <= ModelValidator.NewestOpset ? $"`{rule.Name}` (to {rule.Until})" : $"`{rule.Name}`";
}
