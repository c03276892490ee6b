using System.Text;
using Reverie.Fuzz.Mutation;
using Reverie.Imaging;
using Reverie.Onnx;
using Reverie.Onnx.Wire;
using Reverie.Tests.BadInput;

namespace Reverie.Fuzz.Cases;

/// <summary>What is damaged.</summary>
public enum Kind
{
    /// <summary>A model file.</summary>
    Model,
    /// <summary>A model with weights in a file beside it, either of them damaged.</summary>
    External,
    /// <summary>A picture file.</summary>
    Picture,
    /// <summary>An array in a .npy file.</summary>
    Array,
    /// <summary>The recipe in a picture.</summary>
    Recipe,
    /// <summary>The card beside a model.</summary>
    Card,
}

/// <summary>One damaged input, which its seed and number determine.</summary>
/// <param name="Seed">The seed of all cases.</param>
/// <param name="Index">The number of this one.</param>
public sealed record FuzzCase(ulong Seed, long Index)
{
    private static readonly string Card =
        """{ "name": "net", "input": { "layout": "NCHW", "channels": "RGB", "range": [0, 255], "mean": [120, 110.5, 100], "std": [1, 2, 3], "size": [16, 16] }, "output": { "logits": "logits" }, "labels": "labels.txt", "layers": { "dream": ["r1"] } }""";

    /// <summary>What is damaged: models mostly.</summary>
    public Kind Kind => (Index % 20) switch { < 10 => Kind.Model, < 11 => Kind.External, < 14 => Kind.Picture, < 16 => Kind.Array, < 18 => Kind.Recipe, _ => Kind.Card };

    /// <summary>Writes the case's files into a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dreamt">A picture with a recipe, beside the picture it was made from.</param>
    /// <returns>The file to give to the program.</returns>
    public string Write(string folder, string dreamt)
    {
        var chance = Random();
        var path = Path.Combine(folder, Kind switch { Kind.Picture => "case.bin", Kind.Array => "case.npy", Kind.Recipe => "case.png", _ => "case.onnx" });
        switch (Kind)
        {
            case Kind.Model:
                // once in a while bytes that mean nothing
                File.WriteAllBytes(path, chance.OneIn(60) ? chance.Bytes(chance.Below(4000)) : ModelMutator.Mutate(chance.Of(ValidModels.All), chance));
                break;
            case Kind.External:
                using (var weights = new MemoryStream())
                {
                    var model = ModelWriter.ToBytes(External(), weights, "w.bin");
                    var (changed, bytes) = (chance.OneIn(3), weights.ToArray());
                    File.WriteAllBytes(path, changed ? model : ModelMutator.Mutate(model, chance));
                    File.WriteAllBytes(Path.Combine(folder, "w.bin"), changed ? chance.Damaged(bytes) : bytes);
                }
                break;
            case Kind.Picture:
                var (name, _, good) = chance.Of(GoodPictures.All);
                var chunks = name.Contains("PNG", StringComparison.Ordinal) && !chance.OneIn(4);
                var damaged = chunks ? PngMutator.Mutate(good, chance) : chance.Damaged(good);
                for (var count = chunks ? 0 : chance.Below(3); count > 0; count--) damaged = chance.Damaged(damaged);
                File.WriteAllBytes(path, damaged);
                break;
            case Kind.Array:
                File.WriteAllBytes(path, Array(chance));
                break;
            case Kind.Recipe:
                var metadata = Picture.ReadMetadata(dreamt);
                metadata[PictureMetadata.Recipe] = JsonMutator.Mutate(metadata[PictureMetadata.Recipe], chance).Replace('\0', ' ');
                Picture.Load(dreamt).Save(path, metadata, overwrite: true);
                break;
            default:
                File.WriteAllBytes(path, GoodModel.Bytes);
                File.WriteAllText(Path.Combine(folder, "case.card.json"), JsonMutator.Mutate(Card, chance));
                File.WriteAllText(Path.Combine(folder, "labels.txt"), "a\nb\nc\nd\ne\n");
                break;
        }
        return path;
    }

    internal Chance Random() => new(Seed, Index);

    private static Model External()
    {
        var m = new Tests.Onnx.Upgrade.TestModel(18);
        m.Input("x", 1, 8, 8, 8);
        m.Node("Conv", ["x", m.Weights("w1", 8, 8, 3, 3), m.Weights("b", 8)], ["c"]).Node("Relu", ["c"], ["r"]).Node("Conv", ["r", m.Weights("w2", 16, 8, 3, 3)], ["y"]).Gives("y");
        return m.Model;
    }

    private static byte[] Array(Chance chance)
    {
        var type = chance.OneIn(2) ? "<f4" : chance.Of(["<f8", "<f2", "|u1", ">f4", "<i8", "|b1", "|O", "<c8", "<U4"]);
        var shape = chance.OneIn(2) ? "(1, 3, 16, 16)" : $"({chance.Integer(1)}, 3, {chance.Integer(16)}, 16)";
        var header = $"{{'descr': '{type}', 'fortran_order': {(chance.OneIn(8) ? "True" : "False")}, 'shape': {shape}, }}";
        if (chance.OneIn(3)) header = Encoding.Latin1.GetString(chance.Damaged(Encoding.Latin1.GetBytes(header)));
        var version = chance.OneIn(8) ? chance.Below(5) : 1;
        var length = chance.OneIn(6) ? (int)chance.Integer(header.Length) : header.Length + 1;
        byte[] size = version == 1 ? BitConverter.GetBytes((ushort)length) : BitConverter.GetBytes(length);
        byte[] file = [0x93, .. "NUMPY"u8, (byte)version, 0, .. size, .. Encoding.Latin1.GetBytes(header), (byte)'\n', .. new byte[4 * 3 * 16 * 16 * (type.EndsWith('8') ? 2 : 1)]];
        return chance.OneIn(4) ? chance.Damaged(file) : file;
    }
}
