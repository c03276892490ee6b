using Reverie.Onnx;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.BadInput;

/// <summary>One kind of bad model.</summary>
/// <param name="Name">What is bad about it.</param>
/// <param name="Says">A fragment that the message must contain: the user is told about this and not about something else.</param>
/// <param name="Write">Writes the file, and what belongs to it, into an empty folder, and returns the path to give to Reverie.</param>
public sealed record BadModel(string Name, string Says, Func<string, string> Write)
{
    /// <summary>A bad model that is one file of the given bytes.</summary>
    public static BadModel OfBytes(string name, string says, Func<byte[]> bytes) => new(name, says, folder =>
    {
        var path = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(path, bytes());
        return path;
    });

    /// <summary>A bad model that can be built as a graph.</summary>
    internal static BadModel OfGraph(string name, string says, Action<TestModel> build, long opset = 18) => OfBytes(name, says, () =>
    {
        var model = new TestModel(opset);
        build(model);
        return model.Model.ToBytes();
    });

    /// <summary>A bad model with one node on a picture x of [1,4,8,8].</summary>
    internal static BadModel OfNode(string name, string says, string op, Func<TestModel, string[]>? more = null, (string, Reverie.Onnx.Attribute)[]? attributes = null, long opset = 18) =>
        OfGraph(name, says, model => model.Node(op, [model.Input("x", 1, 4, 8, 8), .. more?.Invoke(model) ?? []], ["y"], attributes ?? []).Gives("y"), opset);

    public override string ToString() => Name;
}
