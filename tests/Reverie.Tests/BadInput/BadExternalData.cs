using Reverie.Onnx.Wire;

namespace Reverie.Tests.BadInput;

/// <summary>Weights in other files that are missing, too short, or not the model's to read.</summary>
internal static class BadExternalData
{
    public static IEnumerable<BadModel> All =>
    [
        External("in the folder above", "outside the model's folder", [("location", "../secret.bin")]),
        External("above by a detour", "outside the model's folder", [("location", "sub/../../secret.bin")]),
        External("at an absolute path", "outside the model's folder", [("location", "/etc/passwd")]),
        External("at a Windows path", "outside the model's folder", [("location", "C:\\secret.bin")]),
        External("at a network path", "outside the model's folder", [("location", "\\\\server\\secret.bin")]),
        External("at a web address", "outside the model's folder", [("location", "https://example.com/w.bin")]),
        External("with a null character in its path", "outside the model's folder", [("location", "w.bin\0.txt")]),
        External("missing", "does not exist", [("location", "missing.bin")]),
        External("a folder", "is a folder", [("location", "folder")], folder => Directory.CreateDirectory(Path.Combine(folder, "folder"))),
        External("empty", "is empty", [("location", "w.bin")], folder => File.WriteAllBytes(Path.Combine(folder, "w.bin"), [])),
        External("too short", "beyond the end", [("location", "w.bin")], folder => File.WriteAllBytes(Path.Combine(folder, "w.bin"), new byte[40])),
        External("at an offset beyond the end", "beyond the end", [("location", "w.bin"), ("offset", "4096")], Good),
        External("at a negative offset", "not a number", [("location", "w.bin"), ("offset", "-4")], Good),
        External("at an offset of 2^70", "not a number", [("location", "w.bin"), ("offset", "1180591620717411303424")], Good),
        External("at an offset that is no number", "not a number", [("location", "w.bin"), ("offset", "0x10")], Good),
        External("of another length", "bytes where its shape needs", [("location", "w.bin"), ("length", "12")], Good),
        External("of a length that is no number", "not a number", [("location", "w.bin"), ("length", "much")], Good),
        External("without a location", "no location", []),
        External("with an empty location", "no location", [("location", "")]),
        External("a symbolic link", "symbolic link", [("location", "link.bin")], folder =>
        {
            Good(folder);
            File.CreateSymbolicLink(Path.Combine(folder, "link.bin"), Path.Combine(folder, "w.bin"));
        }),
        External("in a linked folder", "symbolic link", [("location", "sub/w.bin")], folder =>
        {
            Directory.CreateDirectory(Path.Combine(folder, "real"));
            Good(Path.Combine(folder, "real"));
            Directory.CreateSymbolicLink(Path.Combine(folder, "sub"), Path.Combine(folder, "real"));
        }),
    ];

    private static void Good(string folder) => File.WriteAllBytes(Path.Combine(folder, "w.bin"), new byte[48]);

    private static BadModel External(string name, string says, (string Key, string Value)[] entries, Action<string>? prepare = null) => new($"external data: {name}", says, folder =>
    {
        prepare?.Invoke(folder);
        var model = new ProtoWriter();
        model.Int(1, 8);
        model.Message(7, graph =>
        {
            graph.Message(1, node => { node.Text(1, "x"); node.Text(1, "w"); node.Text(2, "y"); node.Text(4, "Add"); });
            graph.Message(5, tensor =>
            {
                tensor.Int(1, 3);
                tensor.Int(1, 4);
                tensor.Int(2, 1);
                tensor.Text(8, "w");
                foreach (var (key, value) in entries) tensor.Message(13, entry => { entry.Text(1, key); entry.Text(2, value); });
                tensor.Int(14, 1);
            });
            graph.Message(11, value => { value.Text(1, "x"); value.Message(2, type => type.Message(1, tensor => { tensor.Int(1, 1); tensor.Message(2, dims => dims.Message(1, dim => dim.Int(1, 4))); })); });
            graph.Message(12, value => { value.Text(1, "y"); value.Message(2, type => type.Message(1, tensor => tensor.Int(1, 1))); });
        });
        model.Message(8, opset => opset.Int(2, 18));
        var path = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(path, model.ToArray());
        return path;
    });
}
