using System.Buffers.Binary;
using System.Text;

namespace Reverie.Fuzz.Mutation;

/// <summary>Damages a model by its structure: attributes, sizes, types, weights, edges, names, versions, fields twice or gone, lengths that lie.</summary>
internal static class ModelMutator
{
    private static readonly string[] Operators =
    [
        "Conv", "ConvTranspose", "Relu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "LRN", "BatchNormalization", "InstanceNormalization", "LayerNormalization",
        "GroupNormalization", "Add", "Mul", "Div", "Pow", "Concat", "Split", "Slice", "Pad", "Resize", "Upsample", "Gemm", "MatMul", "Einsum", "Reshape", "Flatten", "Transpose", "Squeeze",
        "Unsqueeze", "Expand", "Tile", "Gather", "GatherElements", "GatherND", "ScatterElements", "ScatterND", "ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2", "ReduceProd", "Softmax",
        "LogSoftmax", "Cast", "Where", "DepthToSpace", "SpaceToDepth", "Shape", "Size", "ConstantOfShape", "Range", "OneHot", "TopK", "CumSum", "Trilu", "NonZero", "Compress", "EyeLike", "Constant",
        "DequantizeLinear", "QuantizeLinear", "PRelu", "Clip", "Dropout", "Identity", "GridSample", "CenterCropPad", "If", "Loop", "LSTM", "NoSuchOperator",
    ];

    /// <summary>A damaged copy of a valid model.</summary>
    public static byte[] Mutate(byte[] valid, Chance chance)
    {
        var model = ProtoField.Parse(valid);
        for (var count = 1 + (chance.OneIn(3) ? chance.Below(4) : 0); count > 0; count--) Once(model, chance);
        var bytes = ProtoField.Write(model);
        for (var count = chance.OneIn(12) ? 1 + chance.Below(3) : 0; count > 0; count--) bytes = chance.Damaged(bytes);
        return bytes;
    }

    private static void Once(List<ProtoField> model, Chance chance)
    {
        var places = new List<(List<ProtoField> In, int At)>();
        Collect(model, places);
        if (places.Count == 0) return;
        // Names outnumber all else, and a wrong name is refused soon: so first what, then where.
        switch (chance.Below(16))
        {
            case < 6:
                Numbers(Pick(place => place.IsNumber && (place.Parent, place.Number) is not (Message.Attribute, 20) || chance.OneIn(20)), chance);
                break;
            case < 9:
                Data(Pick(place => place.IsData), chance);
                break;
            case 9:
                var texts = places.ConvertAll(place => place.In[place.At]).FindAll(place => place.IsText);
                Texts(Pick(place => place.IsText), texts, chance);
                break;
            case < 12:
                if (Pick(place => (place.Parent, place.Number) == (Message.Node, 4)) is { } op) op.Bytes = Encoding.UTF8.GetBytes(chance.Of(Operators));
                break;
            case < 14:
                Edges(places.ConvertAll(place => place.In[place.At]), chance);
                break;
            default:
                Structure(chance.Of(places), places, chance);
                break;
        }

        ProtoField? Pick(Func<ProtoField, bool> wanted)
        {
            var found = places.Select(place => place.In[place.At]).Where(wanted).ToList();
            return found.Count == 0 ? null : chance.Of(found);
        }
    }

    private static void Numbers(ProtoField? field, Chance chance)
    {
        if (field is null) return;
        field.Value = field.IsFloat ? BitConverter.SingleToUInt32Bits(chance.Float(BitConverter.UInt32BitsToSingle((uint)field.Value))) : (ulong)chance.Integer((long)field.Value);
    }

    private static void Data(ProtoField? field, Chance chance)
    {
        if (field is null) return;
        var bytes = (byte[])field.Bytes.Clone();
        if (chance.OneIn(3) || bytes.Length < 4) bytes = chance.Damaged(bytes);
        else if (bytes.Length % 8 == 0 && chance.OneIn(2))
        {
            var at = 8 * chance.Below(bytes.Length / 8);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), chance.Integer(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at))));
        }
        else
        {
            var at = 4 * chance.Below(bytes.Length / 4);
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), chance.Float(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at))));
        }
        field.Bytes = bytes;
    }

    private static void Texts(ProtoField? field, List<ProtoField> texts, Chance chance)
    {
        if (field is null) return;
        field.Bytes = chance.Below(4) switch
        {
            0 => Encoding.UTF8.GetBytes(chance.Text()),
            1 => chance.Damaged(field.Bytes),
            _ => chance.Of(texts).Bytes,
        };
    }

    // another tensor is read or written: cycles, tensors written twice or never, shapes that do not fit
    private static void Edges(List<ProtoField> fields, Chance chance)
    {
        var names = fields.FindAll(field => (field.Parent, field.Number) is (Message.Node, 1 or 2) or (Message.Tensor, 8) or (Message.Value, 1));
        var edges = names.FindAll(field => field.Parent == Message.Node);
        if (edges.Count == 0) return;
        // mostly one that is not read yet may take the name of an earlier one, so that the graph stays in order
        var at = fields.IndexOf(chance.Of(edges));
        var earlier = names.FindAll(name => fields.IndexOf(name) < at || name.Parent is Message.Tensor or Message.Value);
        fields[at].Bytes = chance.Of(earlier.Count > 0 && !chance.OneIn(4) ? earlier : names).Bytes;
    }

    private static void Structure((List<ProtoField> In, int At) place, List<(List<ProtoField> In, int At)> places, Chance chance)
    {
        var field = place.In[place.At];
        switch (chance.Below(12))
        {
            case 0 or 1 or 9 or 10 or 11:
                place.In.RemoveAt(place.At);
                break;
            case 2:
                place.In.Insert(chance.Below(place.In.Count + 1), field.Clone());
                break;
            case 3:
                for (var copies = 1 << chance.Below(8); copies > 0; copies--) place.In.Add(field.Clone());
                break;
            case 4:
                var other = chance.Below(place.In.Count);
                (place.In[place.At], place.In[other]) = (place.In[other], place.In[place.At]);
                break;
            case 5:
                // what belongs into the same kind of message, from elsewhere
                var donors = places.Where(donor => donor.In[donor.At].Parent == field.Parent).ToList();
                var (list, at) = chance.Of(donors);
                place.In[place.At] = list[at].Clone();
                break;
            case 6:
                field.Number = (int)Math.Clamp(chance.Integer(field.Number), 0, (1 << 29) - 1);
                break;
            case 7:
                field.Wire = chance.Below(8);
                break;
            default:
                field.Lie = (ulong)chance.Integer(field.Bytes.Length);
                break;
        }
    }

    private static void Collect(List<ProtoField> fields, List<(List<ProtoField> In, int At)> places)
    {
        for (var at = 0; at < fields.Count; at++)
        {
            places.Add((fields, at));
            if (fields[at].Fields is { } inside) Collect(inside, places);
        }
    }
}
