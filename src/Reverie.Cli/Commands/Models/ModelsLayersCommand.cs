using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Models;
using Reverie.Models.Anatomy;
using Reverie.Onnx.Shapes;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models layers</c>: the tensors of a network.</summary>
internal sealed class ModelsLayersCommand : ReverieCommand
{
    private readonly Argument<string?> _model = ModelsCommand.ModelArgument();

    public ModelsLayersCommand(SharedOptions shared) : base("layers", "List the tensors of a network with their shapes", shared)
    {
        Add(_model);
        AddOptions([shared.Model, shared.Json, shared.Force, shared.Quiet]);
    }

    protected override void Run(CommandContext context)
    {
        using var network = Network.Load(context.Value(_model) ?? context.Value(Shared.Model) ?? ModelRegistry.EmbeddedName);
        var (height, width) = network.Card.Input.Size is [var rows, var columns] ? (rows, columns) : (224, 224);
        var shapes = ShapeInference.Resolve(network.Graph, new Dictionary<string, long[]> { [network.Input] = network.Preprocessing.Shape(1, height, width) });
        var producers = network.Graph.Producers();
        var table = new TextTable("TENSOR", "OPERATOR", "SHAPE", $"AT {height} x {width}", "GOOD FOR");
        var layers = new List<object>();
        foreach (var name in network.Layers)
        {
            var (type, uses) = (network.Graph.TypeOf(name), LayerUses.Of(network, name));
            var known = shapes.GetValueOrDefault(name);
            table.Add(name, producers[name].Op, type?.Shape is { } shape ? $"[{string.Join(",", shape)}]" : "unknown",
                known is null ? "unknown" : $"[{string.Join(",", known)}]", string.Join(", ", uses));
            layers.Add(new { name, op = producers[name].Op, shape = type?.Shape?.Select(dim => dim.ToString()), shapeAtCardSize = known, goodFor = uses });
        }
        foreach (var line in table.Lines()) context.Write(line);
        context.Report.Add("layers", layers);
    }
}
