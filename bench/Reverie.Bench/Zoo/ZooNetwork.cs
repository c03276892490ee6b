using System.Text.Json;
using Reverie.Tensors;

namespace Reverie.Bench.Zoo;

/// <summary>What tests/references/zoo_whole.py made of one architecture of torchvision: models, pictures, PyTorch's gradients.</summary>
/// <param name="Name">The architecture, as torchvision calls it.</param>
/// <param name="Folder">Where the files lie.</param>
internal sealed record ZooNetwork(string Name, string Folder)
{
    /// <summary>The tensors that are differentiated: a logit, and half the squared norm of a middle layer.</summary>
    public static readonly string[] Tensors = ["logits", "features"];

    /// <summary>What PyTorch's errors of a logit are called where it folded BatchNorm itself.</summary>
    public const string FoldedLogits = "folded logits";

    /// <summary>torchvision's architectures, from the oldest on.</summary>
    public static readonly string[] All =
    [
        "alexnet", "vgg11_bn", "vgg19", "resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "densenet121", "googlenet", "inception_v3", "squeezenet1_0",
        "shufflenet_v2_x0_5", "mobilenet_v2", "mobilenet_v3_small", "mnasnet0_5", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny", "vit_b_32", "swin_t",
    ];

    private JsonElement Made => JsonDocument.Parse(File.ReadAllText(File_("json"))).RootElement;

    /// <summary>Whether the script has finished with it.</summary>
    public bool IsMade => File.Exists(File_("json"));

    /// <summary>The model as the network is (<c>plain</c>), or with BatchNorm folded in float32 as the exporter does by default (<c>folded</c>).</summary>
    public string Model(string form) => File_($"{form}.onnx");

    /// <summary>The number of pictures.</summary>
    public int Inputs => Made.GetProperty("indices").GetArrayLength();

    /// <summary>The height and width of the input.</summary>
    public int Size => Made.GetProperty("size").GetInt32();

    /// <summary>The number of parameters.</summary>
    public long Parameters => Made.GetProperty("parameters").GetInt64();

    /// <summary>The largest logit of a picture.</summary>
    public int Index(int input) => Made.GetProperty("indices")[input].GetInt32();

    /// <summary>PyTorch's relative float32 errors, by picture.</summary>
    public double[] TheirErrors(string tensor) => [.. Made.GetProperty("float32_errors").GetProperty(tensor).EnumerateArray().Select(each => each.GetDouble())];

    /// <summary>A picture as the network takes it, [1,3,H,W].</summary>
    public float[] Input(int input) => Npy.Read(File_($"x{input}.npy")).ToFloat32();

    /// <summary>PyTorch's float64 gradient for a picture.</summary>
    public double[] Gradient(string tensor, int input) => Npy.Read(File_($"{tensor}{input}.npy")).ToFloat64();

    private string File_(string suffix) => Path.Combine(Folder, $"{Name}.{suffix}");
}
