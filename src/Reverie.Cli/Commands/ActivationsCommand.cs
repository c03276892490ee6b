using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie activations</c>: a tensor of the network for a picture or a raw array.</summary>
internal sealed class ActivationsCommand : ReverieCommand
{
    private readonly Option<string> _input = new("--input", "-i") { Description = "A picture, which is scaled, cropped and preprocessed as the model's card says, or a .npy array, which is fed as it is", HelpName = "IMAGE|X.npy", Required = true };
    private readonly Option<string> _layer = new("--layer", "-l") { Description = "The tensor, or some of its channels", HelpName = "TENSOR[:CHANNEL,...]", Required = true };
    private readonly Option<string> _out = new("--out", "-o") { Description = "Where to write the tensor", HelpName = "A.npy", Required = true };
    private readonly Option<bool> _native = new("--native") { Description = "Feed the picture whole and at its own size, instead of the centre at the card's size" };

    public ActivationsCommand(SharedOptions shared) : base("activations", "Compute any tensor of the network for a picture", shared)
    {
        AddOptions([_input, _layer, _out, _native, .. shared.Computing]);
    }

    protected override void Run(CommandContext context)
    {
        var target = context.Outputs.Claim(context.Value(_out)!, "--out");
        using var network = context.LoadNetwork();
        var layer = LayerReference.Parse(context.Value(_layer)!, network);
        var input = Input(context, network);
        var compiled = context.Report.Timed("compile", () => network.CompiledTo(layer.Tensor, context.Runtime));
        using var results = context.Report.Timed("run", () =>
            compiled.Run(new Dictionary<string, RuntimeTensor> { [network.Input] = input }, cancellation: context.Cancellation));
        var tensor = Select(results[layer.Tensor], layer);

        target = context.Keep(target, path => TensorFile.Write(path, tensor, context.Force));
        context.Report.Add("settings", new { layer = layer.ToString(), native = context.Value(_native), runtime = context.Runtime, threads = context.Runtime.ThreadCount });
        context.Report.Add("activations", TensorFile.Describe(tensor, target));
        context.Say($"{layer} written to {target} ({tensor})");
    }

    private RuntimeTensor Input(CommandContext context, Network network)
    {
        var file = context.Value(_input)!;
        if (file.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)) return TensorFile.Read(file);
        var picture = Picture.Load(file);
        return network.ToInput(context.Value(_native) ? picture.Flatten() : network.Crop(picture));
    }

    private static RuntimeTensor Select(RuntimeTensor tensor, LayerReference layer)
    {
        if (layer.Channels is not { } channels) return tensor;
        if (tensor.Shape is not [var batch, var count, .. var rest]) throw new ReverieException($"{layer.Tensor} is {tensor}, which has no channels");
        if (channels.FirstOrDefault(channel => channel >= count, -1) is >= 0 and var missing) throw new ReverieException($"{layer.Tensor} has no channel {missing}; it has {count}, counted from 0");
        var values = tensor.Span<float>();
        var plane = (int)Onnx.Tensor.CountOf(rest);
        var selected = new float[checked((int)batch * channels.Count * plane)];
        for (var item = 0; item < batch; item++)
            for (var index = 0; index < channels.Count; index++)
                values.Slice((int)(item * count + channels[index]) * plane, plane).CopyTo(selected.AsSpan((item * channels.Count + index) * plane));
        return RuntimeTensor.Of(selected, [batch, channels.Count, .. rest]);
    }
}
