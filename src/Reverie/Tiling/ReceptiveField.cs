namespace Reverie.Tiling;

/// <summary>What of the picture one position of a tensor depends on, along one axis.</summary>
/// <param name="Stride">How many pixels a step from one position to the next is; less than 1 where the tensor is larger than the picture.</param>
/// <param name="Size">The pixels that a position depends on, padding included: the most, where positions differ.</param>
/// <param name="Alignment">The total stride: pictures moved by multiples of it give tensors moved by whole positions, at every layer on the way.</param>
/// <param name="HaloBefore">How many pixels before an aligned part of the picture its positions depend on.</param>
/// <param name="HaloAfter">How many pixels after it.</param>
public sealed record ReceptiveField(double Stride, long Size, long Alignment, long HaloBefore, long HaloAfter);
