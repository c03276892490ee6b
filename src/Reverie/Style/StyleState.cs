using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Style.Optimisation;

namespace Reverie.Style;

/// <summary>What a checkpoint holds of a run: the sizes that are done, and the one under way.</summary>
internal static class StyleState
{
    /// <summary>Writes the state.</summary>
    public static void Write(BinaryWriter writer, IReadOnlyList<StyleScaleResult> results, StyleStage stage)
    {
        writer.Write(results.Count);
        foreach (var result in results)
        {
            writer.Write(result.Height);
            writer.Write(result.Width);
            writer.Write(result.Network);
            writer.Write(result.Evaluations);
            writer.Write(result.Planned);
            writer.Write((int)result.End);
            writer.Write(result.Values.Count);
            foreach (var value in result.Values) writer.Write(value);
        }
        stage.Save(writer);
    }

    /// <summary>Reads the sizes that are done.</summary>
    /// <param name="reader">Where from; the stage comes next.</param>
    /// <param name="most">More there cannot be.</param>
    /// <exception cref="InvalidDataException">It is not what a run of that many sizes wrote.</exception>
    public static List<StyleScaleResult> ReadResults(BinaryReader reader, int most)
    {
        var results = new List<StyleScaleResult>();
        for (var left = Count(reader, most); left > 0; left--)
        {
            var (height, width, network) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadString());
            var (evaluations, planned, end) = (reader.ReadInt32(), reader.ReadInt32(), (OptimizerEnd)reader.ReadInt32());
            var values = new double[Count(reader, 1_000_000)];
            for (var index = 0; index < values.Length; index++) values[index] = reader.ReadDouble();
            results.Add(new(height, width, network, evaluations, planned, end, values));
        }
        return results;
    }

    /// <summary>A hash of the network and the pictures of a run.</summary>
    public static string Fingerprint(Network network, StyleInputs inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{network.Sha256} {inputs.Draft?.Sha256}"));
        hash.AppendData(MemoryMarshal.AsBytes(network.Preprocessing.Scale));
        hash.AppendData(MemoryMarshal.AsBytes(network.Preprocessing.Offset));
        IEnumerable<Picture?> pictures = [inputs.Content, inputs.Initial, inputs.ContentMask, .. inputs.Styles, .. inputs.StyleMasks ?? []];
        foreach (var picture in pictures)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"|{picture?.Height} {picture?.Width} {picture?.Alpha is not null}|"));
            if (picture is null) continue;
            hash.AppendData(MemoryMarshal.AsBytes(picture.Rgb.AsSpan()));
            if (picture.Alpha is { } alpha) hash.AppendData(MemoryMarshal.AsBytes(alpha.AsSpan()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int Count(BinaryReader reader, int most) => reader.ReadInt32() is var count && count >= 0 && count <= most ? count : throw new InvalidDataException("a count is out of range");
}
