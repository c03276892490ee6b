namespace Reverie.Runtime.Memory;

/// <summary>
/// What ONNX Runtime's arena does, without the memory: best-fit blocks in regions that double in size, split where much would be left over and joined again with
/// free neighbours (its BFCArena with the settings it has by default). The pages that blocks ever covered are counted, since only these become resident.
/// </summary>
internal sealed class ArenaSimulation
{
    private const long Rounding = 256;
    private const long FirstRegion = 1 << 20;
    private const long SplitFrom = 128 << 20;

    private readonly SortedSet<Block> _free = new(BySize.Instance);
    private readonly List<Pages> _regions = [];
    private long _next = FirstRegion;

    /// <summary>The bytes of all pages that blocks ever covered.</summary>
    public long TouchedBytes => _regions.Sum(region => region.TouchedBytes);

    /// <summary>The bytes in use now.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>The most bytes that were in use at once: what the arena could not do without.</summary>
    public long PeakUsedBytes { get; private set; }

    /// <summary>Takes a block.</summary>
    public Block Allocate(long bytes)
    {
        var size = (Math.Max(bytes, 1) + Rounding - 1) / Rounding * Rounding;
        var block = Take(size) ?? Extend(size);
        if (block.Size >= 2 * size || block.Size - size >= SplitFrom)
        {
            var rest = new Block(block.Region, block.Start + size, block.Size - size) { Before = block, After = block.After };
            if (block.After is { } after) after.Before = rest;
            (block.After, block.Size) = (rest, size);
            Release(rest);
        }
        block.IsFree = false;
        _regions[block.Region].Touch(block.Start, size);
        UsedBytes += block.Size;
        PeakUsedBytes = Math.Max(PeakUsedBytes, UsedBytes);
        return block;
    }

    /// <summary>Gives a block back.</summary>
    public void Free(Block block)
    {
        UsedBytes -= block.Size;
        if (block.After is { IsFree: true } after) Join(block, after);
        if (block.Before is { IsFree: true } before)
        {
            _free.Remove(before);
            before.IsFree = false;
            Join(before, block);
            block = before;
        }
        Release(block);
    }

    // Smallest blocks first; the bins of the original only make this search fast.
    private Block? Take(long size)
    {
        foreach (var block in _free.GetViewBetween(Block.Smallest(size), Block.Largest))
        {
            _free.Remove(block);
            return block;
        }
        return null;
    }

    private Block Extend(long size)
    {
        var grown = false;
        for (; size > _next; _next *= 2) grown = true;
        var block = new Block(_regions.Count, 0, _next);
        _regions.Add(new());
        if (!grown) _next *= 2;
        return block;
    }

    private void Release(Block block)
    {
        block.IsFree = true;
        _free.Add(block);
    }

    private void Join(Block left, Block right)
    {
        if (right.IsFree) _free.Remove(right);
        left.Size += right.Size;
        left.After = right.After;
        if (right.After is { } after) after.Before = left;
    }

    /// <summary>A stretch of a region, in use or free.</summary>
    internal sealed class Block(int region, long start, long size)
    {
        public int Region { get; } = region;

        public long Start { get; } = start;

        public long Size { get; set; } = size;

        public bool IsFree { get; set; }

        public Block? Before { get; set; }

        public Block? After { get; set; }

        public static Block Largest { get; } = new(int.MaxValue, long.MaxValue, long.MaxValue);

        public static Block Smallest(long size) => new(-1, -1, size);
    }

    private sealed class BySize : IComparer<Block>
    {
        public static readonly BySize Instance = new();

        public int Compare(Block? x, Block? y) => (x!.Size, x.Region, x.Start).CompareTo((y!.Size, y.Region, y.Start));
    }

    /// <summary>Which pages of a region were ever covered.</summary>
    private sealed class Pages
    {
        private const int PageBits = 12;

        private ulong[] _touched = [];

        public long TouchedBytes => _touched.Sum(word => (long)ulong.PopCount(word)) << PageBits;

        public void Touch(long start, long size)
        {
            var (first, last) = (start >> PageBits, (start + size - 1) >> PageBits);
            if (last / 64 >= _touched.Length) Array.Resize(ref _touched, (int)(last / 64 + 1) + 64);
            for (var page = first; page <= last;)
            {
                if (page % 64 == 0 && last - page >= 63)
                {
                    _touched[page / 64] = ulong.MaxValue;
                    page += 64;
                    continue;
                }
                _touched[page / 64] |= 1UL << (int)(page % 64);
                page++;
            }
        }
    }
}
