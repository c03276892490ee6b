namespace Reverie.Tiling;

/// <summary>A rectangle of positions.</summary>
/// <param name="Top">The first row.</param>
/// <param name="Left">The first column.</param>
/// <param name="Height">The number of rows.</param>
/// <param name="Width">The number of columns.</param>
public readonly record struct TileRectangle(int Top, int Left, int Height, int Width)
{
    /// <summary>The number of positions.</summary>
    public long Count => (long)Height * Width;
}

/// <summary>A layer within a tile.</summary>
/// <param name="Height">The rows that the layer has when the tile's crop is run by itself.</param>
/// <param name="Width">The columns that it has then.</param>
/// <param name="Owned">
/// Which of these positions the tile owns: they are computed exactly, and every position of the whole layer is owned by one tile.
/// The others are either another tile's or spoilt by the crop's edge.
/// </param>
/// <param name="Top">The row of the whole layer at which the owned ones begin.</param>
/// <param name="Left">The column of the whole layer at which they begin.</param>
public sealed record TileLayer(int Height, int Width, TileRectangle Owned, int Top, int Left)
{
    /// <summary>Writes 1 where the tile owns a position and 0 elsewhere.</summary>
    /// <param name="mask">Receives Height x Width numbers.</param>
    public void WriteMask<T>(Span<T> mask) where T : struct, System.Numerics.INumber<T>
    {
        mask.Clear();
        for (var row = 0; row < Owned.Height; row++) mask.Slice((Owned.Top + row) * Width + Owned.Left, Owned.Width).Fill(T.One);
    }
}

/// <summary>A part of a picture, with as much around it as the positions that it owns depend on.</summary>
/// <param name="Crop">The pixels to run the network on. Beyond the picture where its edges are open.</param>
/// <param name="Layers">The layers within the tile, in the order of <see cref="Locality.Layers"/>.</param>
public sealed record Tile(TileRectangle Crop, IReadOnlyList<TileLayer> Layers);
