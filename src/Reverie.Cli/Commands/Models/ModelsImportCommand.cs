using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Models;

namespace Reverie.Cli.Commands.Models;

/// <summary><c>reverie models import</c>: makes an .onnx file of weights from PyTorch or Caffe.</summary>
internal sealed class ModelsImportCommand : ReverieCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A state dict (.pth, .safetensors) of AlexNet, VGG, ResNet, SqueezeNet or GoogLeNet in torchvision's naming, a .caffemodel, or an .onnx file" };
    private readonly Option<string?> _prototxt = Prototxt();
    private readonly Option<bool> _strip = new("--strip") { Description = "Cut the classifier off: enough for dreams and styles" };

    public ModelsImportCommand(SharedOptions shared) : base("import", "Make an .onnx file of weights from PyTorch or Caffe; nothing in them is ever run", shared)
    {
        Add(_file);
        AddOptions([_prototxt, _strip, shared.Output, shared.Json, shared.Force, shared.Quiet]);
    }

    /// <summary>The option that names a Caffe network's description.</summary>
    internal static Option<string?> Prototxt() => new("--prototxt") { Description = "The description of a Caffe network. Without it: the one beside the weights", HelpName = "FILE" };

    protected override void Run(CommandContext context)
    {
        var file = context.Value(_file)!;
        var output = context.Outputs.Claim(context.Value(Shared.Output) ?? Path.ChangeExtension(file, ".onnx"), "--output");
        var model = ModelImport.Read(file, context.Value(_prototxt));
        if (context.Value(_strip)) model = Classifier.CutOff(model);
        // A model that cannot be used is not written.
        using (var network = Network.Load(model.ToBytes(), Path.GetFileNameWithoutExtension(output)))
        {
            context.Say($"{network.Card.Name}: {ModelsShowCommand.Feed(network.Card.Input)}");
            context.Report.Add("card", network.Card);
        }
        output = context.Keep(output, path => AtomicFile.Write(path, context.Force, stream => stream.Write(model.ToBytes())));
        context.Write(output);
        context.Report.Add("file", output);
    }
}
