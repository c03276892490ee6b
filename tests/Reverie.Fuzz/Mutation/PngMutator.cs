using System.Buffers.Binary;
using Reverie.Imaging;

namespace Reverie.Fuzz.Mutation;

/// <summary>Damages a PNG chunk by chunk, mostly with check sums that are right again, so that the damage is not noticed at once.</summary>
internal static class PngMutator
{
    public static byte[] Mutate(byte[] valid, Chance chance)
    {
        var chunks = new List<(byte[] Type, byte[] Data)>();
        for (var at = PngChunks.Signature.Length; at + 12 <= valid.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(valid.AsSpan(at));
            chunks.Add((valid[(at + 4)..(at + 8)], valid[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        for (var count = 1 + chance.Below(3); count > 0 && chunks.Count > 0; count--)
        {
            var at = chance.Below(chunks.Count);
            var (type, data) = chunks[at];
            switch (chance.Below(8))
            {
                case 0:
                    chunks.RemoveAt(at);
                    break;
                case 1:
                    chunks.Insert(chance.Below(chunks.Count + 1), chunks[at]);
                    break;
                case 2:
                    chunks[at] = (chance.Of<byte[]>(["IHDR"u8.ToArray(), "PLTE"u8.ToArray(), "tRNS"u8.ToArray(), "iCCP"u8.ToArray(), "eXIf"u8.ToArray(), "zTXt"u8.ToArray(), "acTL"u8.ToArray(), "gAMA"u8.ToArray()]), data);
                    break;
                case 3 when data.Length == 13:
                    var header = (byte[])data.Clone();
                    if (chance.OneIn(2)) BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 * chance.Below(2)), (uint)chance.Integer(32));
                    else header[8 + chance.Below(5)] = (byte)chance.Below(20);
                    chunks[at] = (type, header);
                    break;
                default:
                    chunks[at] = (type, chance.Damaged(data));
                    break;
            }
        }
        using var file = new MemoryStream();
        file.Write(PngChunks.Signature);
        foreach (var (type, data) in chunks) PngChunks.Write(file, type, data);
        return chance.OneIn(6) ? chance.Damaged(file.ToArray()) : file.ToArray();
    }
}
