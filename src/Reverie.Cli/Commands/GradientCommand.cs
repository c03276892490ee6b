using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Explain;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie gradient</c>: the vector-Jacobian product of any tensor with respect to the model's input.</summary>
internal sealed class GradientCommand : ReverieCommand
{
    private readonly Option<string> _input = new("--input", "-i") { Description = "The network's input, as it is fed: a .npy array [N,C,H,W]", HelpName = "X.npy", Required = true };
    private readonly Option<string> _of = new("--of") { Description = "The tensor to differentiate", HelpName = "TENSOR", Required = true };
    private readonly Option<string?> _cotangent = new("--cotangent") { Description = "The cotangent: a .npy array of the tensor's shape", HelpName = "C.npy" };
    private readonly Option<long?> _index = NumberOption.Long("--index", "Instead of a cotangent: one element, as a flat index into one item's tensor, taken in every item of the batch", 0);
    private readonly Option<string> _out = new("--out", "-o") { Description = "Where to write the gradient", HelpName = "G.npy", Required = true };
    private readonly Option<string?> _value = new("--value") { Description = "Where to write the tensor itself", HelpName = "Y.npy" };
    private readonly Option<string> _precision = new("--precision") { Description = "The arithmetic: float32, or float64, which is slow and exact", HelpName = "TYPE", DefaultValueFactory = _ => "float32" };

    public GradientCommand(SharedOptions shared)
        : base("gradient", "Compute the gradient of any tensor with respect to the network's input, on raw arrays", shared)
    {
        AddOptions([_input, _of, _cotangent, _index, _out, _value, _precision, shared.Memory, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        var (cotangentFile, index) = (context.Value(_cotangent), context.Value(_index));
        if (cotangentFile is null == index is null)
            throw new ReverieException(index is null ? "say what to differentiate: --cotangent C.npy or --index K" : "--cotangent and --index exclude each other; give one");
        var precision = context.Value(_precision) switch
        {
            "float32" => Precision.Float32,
            "float64" => Precision.Float64,
            var other => throw new ReverieException($"--precision is float32 or float64, not '{other}'"),
        };
        var target = context.Outputs.Claim(context.Value(_out)!, "--out");
        var valueTarget = context.Value(_value) is { } value ? context.Outputs.Claim(value, "--value") : null;

        var network = context.LoadNetwork();
        var tensor = context.Value(_of)!;
        if (!network.IsLayer(tensor)) throw new ReverieException($"{Onnx.Names.Unknown("tensor", tensor, network.Layers)} ('reverie models layers' lists all)");
        var input = TensorFile.Read(context.Value(_input)!, precision);
        var cotangent = cotangentFile is null ? null : TensorFile.Read(cotangentFile, precision);
        using var _ = network == Reverie.Models.Network.Embedded ? null : network;
        using var gradient = context.Report.Timed("compile", () => TensorGradient.Build(network.Graph, tensor, input.Shape, context.Memory, precision, context.Runtime, context.Cancellation));
        context.ReportMemory(gradient.Prediction, gradient.Plan);
        using var result = context.Report.Timed("run", () => cotangent is null
            ? gradient.RunAt(input, index!.Value, context.Cancellation)
            : gradient.Run(input, cotangent, context.Cancellation));

        target = context.Keep(target, path => TensorFile.Write(path, result.Gradient, context.Force));
        if (valueTarget is not null) valueTarget = context.Keep(valueTarget, path => TensorFile.Write(path, result.Value, context.Force));
        context.Report.Add("settings", new { of = tensor, index, precision = context.Value(_precision), runtime = context.Runtime, threads = context.Runtime.ThreadCount });
        context.Report.Add("value", TensorFile.Describe(result.Value, valueTarget));
        context.Report.Add("gradient", TensorFile.Describe(result.Gradient, target));
        context.Say($"gradient of {tensor} ({result.Value}) written to {target} ({result.Gradient})");
    }
}
