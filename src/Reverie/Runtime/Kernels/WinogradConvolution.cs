using System.Runtime.CompilerServices;
using static Reverie.Runtime.Kernels.Winograd;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// 3x3 convolution by F(4x4, 3x3), planes in and planes out. Every element of the result is the same sum in the same order however the work is divided:
/// bits do not depend on threads, batch or block sizes.
/// </summary>
internal sealed unsafe class WinogradConvolution<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    // Channels are taken in parts, so that a part of the right factor stays in the first-level cache.
    private const int Part = 128;
    // A thread's own block of transformed tiles and sums should stay in its second-level cache.
    private const int BlockFloats = 400_000;
    // Where weights are more than that, blocks are shared among all threads instead.
    private const int OwnWeights = 1_300_000;
    private const int SharedFloats = 8_000_000;
    private const int GroupFloats = 2_500_000;

    private readonly ConvolutionSizes _sizes;
    private readonly ConvolutionTensors _tensors;
    private readonly KernelRun _run;
    private readonly int _panels;
    private readonly int _tilesX;
    private readonly int _tilesY;
    private readonly int _lineLength;

    private WinogradConvolution(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        (_sizes, _tensors, _run) = (sizes, tensors, run);
        _panels = WeightPanels.Count(sizes.Outputs);
        (_tilesX, _tilesY) = (Tiles(sizes.OutputWidth), Tiles(sizes.OutputHeight));
        _lineLength = WinogradTiles<TLanes, TVector>.LineLength(_tilesX);
    }

    /// <summary>Computes the convolution.</summary>
    public static void Run(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        var convolution = new WinogradConvolution<TLanes, TVector>(sizes, tensors, run);
        var tiles = sizes.Batch * convolution._tilesX * convolution._tilesY;
        if (tiles == 0 || sizes.Outputs == 0) return;
        var perTile = Values * (sizes.Inputs + sizes.Outputs);
        var weights = (long)Values * convolution._panels * WeightPanels.Rows * sizes.Inputs;
        var block = Math.Max(BlockFloats / perTile, 1);
        block = Math.Max(block / (3 * TLanes.Width), 1) * 3 * TLanes.Width;
        if (weights <= OwnWeights && tiles >= 2L * block * run.Threads) convolution.InOwnBlocks(tiles, block);
        else convolution.InSharedBlocks(tiles, Math.Max(SharedFloats / perTile, 2 * 3 * TLanes.Width));
    }

    // Many tiles, few weights: each thread takes blocks of tiles through all three stages.
    private void InOwnBlocks(int tiles, int blockTiles)
    {
        var (weights, weightStride) = RentWeights(_panels);
        _run.For(_panels, panel => TransformWeights(panel, weights, panel, weightStride));
        var workers = _run.Threads;
        var blocks = new Block[workers];
        for (var worker = 0; worker < workers; worker++) blocks[worker] = new(_run, blockTiles, _sizes.Inputs, _panels * WeightPanels.Rows, _lineLength);
        var next = -1;
        var count = (tiles + blockTiles - 1) / blockTiles;
        _run.For(workers, worker =>
        {
            var block = blocks[worker];
            for (var index = Interlocked.Increment(ref next); index < count; index = Interlocked.Increment(ref next))
            {
                var first = index * blockTiles;
                var end = Math.Min(first + blockTiles, tiles);
                Forward(block, block.Lines, first, end, 0, _sizes.Inputs);
                for (var value = 0; value < Values; value++) Multiply(block, weights + value * weightStride, value, 0, _panels, end - first);
                Back(block, block.Lines, first, end, 0, _sizes.Outputs, 0);
            }
        });
    }

    // Few tiles or many weights: all threads work on one block, stage by stage, and on a group of output channels at a time.
    private void InSharedBlocks(int tiles, int blockTiles)
    {
        var blocks = (tiles + blockTiles - 1) / blockTiles;
        blockTiles = RoundUp((tiles + blocks - 1) / blocks, TLanes.Width);
        var group = (int)Math.Clamp((long)GroupFloats / (Values * WeightPanels.Rows * _sizes.Inputs), 1, _panels);
        var (weights, weightStride) = RentWeights(group);
        var block = new Block(_run, blockTiles, _sizes.Inputs, group * WeightPanels.Rows, 0);
        var lanes = _run.Threads * 4;
        var lineFloats = RoundUp(_lineLength * Window, 16) + 16;
        var lines = new Pointer(_run.RentZeroed(lineFloats * lanes));
        for (var first = 0; first < tiles; first += blockTiles)
        {
            var (begin, end) = (first, Math.Min(first + blockTiles, tiles));
            Share(_sizes.Inputs, lanes, (lane, from, to) => Forward(block, lines + (nint)lane * lineFloats, begin, end, from, to));
            for (var panel = 0; panel < _panels; panel += group)
            {
                var (start, count) = (panel, Math.Min(group, _panels - panel));
                // the same group as in the block before needs no second transform
                if (begin == 0 || group < _panels) _run.For(count, index => TransformWeights(start + index, weights, index, weightStride));
                // 36 products are enough for a few threads to share; more share their rows
                var parts = Math.Clamp(_run.Threads / 6, 1, count);
                _run.For(Values * parts, job =>
                {
                    var (value, part) = Math.DivRem(job, parts);
                    Multiply(block, weights + value * weightStride, value, count * part / parts, count * (part + 1) / parts, end - begin);
                });
                var outputs = Math.Min(count * WeightPanels.Rows, _sizes.Outputs - start * WeightPanels.Rows);
                Share(outputs, lanes, (lane, from, to) => Back(block, lines + (nint)lane * lineFloats, begin, end, from, to, start * WeightPanels.Rows));
            }
        }
    }

    private void Share(int count, int lanes, Action<int, int, int> job)
    {
        var jobs = Math.Min(lanes, count);
        _run.For(jobs, lane => job(lane, (int)((long)count * lane / jobs), (int)((long)count * (lane + 1) / jobs)));
    }

    private (Pointer Weights, nint Stride) RentWeights(int panels)
    {
        var stride = Apart((nint)panels * WeightPanels.Rows * _sizes.Inputs);
        return (new(_run.Rent(stride * Values)), stride);
    }

    private void TransformWeights(int panel, Pointer weights, int place, nint stride)
    {
        var first = panel * WeightPanels.Rows;
        WinogradWeights.Transform(_tensors.Weights + (nint)first * _sizes.Inputs * 9, Math.Min(WeightPanels.Rows, _sizes.Outputs - first), _sizes.Inputs,
            weights + (nint)place * _sizes.Inputs * WeightPanels.Rows, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(Block block, float* lines, int first, int end, int fromInput, int toInput)
    {
        var plane = (nint)_sizes.Height * _sizes.Width;
        for (var input = fromInput; input < toInput; input++)
            for (int tile = first, count; tile < end; tile += count)
            {
                var (item, row, column) = Locate(tile);
                count = Math.Min(_tilesX - column, end - tile);
                WinogradTiles<TLanes, TVector>.Forward(_tensors.Input + ((nint)item * _sizes.Inputs + input) * plane, _sizes.Height, _sizes.Width,
                    row * Tile - _sizes.Top, column * Tile - _sizes.Left, count, lines, _lineLength,
                    block.Tiles + (nint)input * block.RowStride + (tile - first), block.TileStride);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(Block block, float* weights, int value, int fromPanel, int toPanel, int tiles)
    {
        var right = block.Tiles + value * block.TileStride;
        var target = block.Sums + value * block.SumStride;
        var parts = (_sizes.Inputs + Part - 1) / Part;
        var depth = (_sizes.Inputs + parts - 1) / parts;
        var columns = RoundUp(tiles, TLanes.Width);
        for (var from = 0; from < _sizes.Inputs; from += depth)
        {
            var length = Math.Min(depth, _sizes.Inputs - from);
            for (var column = 0; column < columns; column += 3 * TLanes.Width)
                for (var panel = fromPanel; panel < toPanel; panel++)
                    PanelProduct<TLanes, TVector>.Run(weights + ((nint)panel * _sizes.Inputs + from) * WeightPanels.Rows,
                        right + (nint)from * block.RowStride + column, block.RowStride,
                        target + (nint)panel * WeightPanels.Rows * block.RowStride + column, block.RowStride,
                        length, Math.Min(3 * TLanes.Width, columns - column), from > 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Back(Block block, float* lines, int first, int end, int fromOutput, int toOutput, int firstOutput)
    {
        var (rows, columns) = (_sizes.OutputHeight, _sizes.OutputWidth);
        for (var output = fromOutput; output < toOutput; output++)
            for (int tile = first, count; tile < end; tile += count)
            {
                var (item, row, column) = Locate(tile);
                count = Math.Min(_tilesX - column, end - tile);
                WinogradTiles<TLanes, TVector>.Back(block.Sums + (nint)output * block.RowStride + (tile - first), block.SumStride, count, lines, _lineLength);
                var channel = firstOutput + output;
                var width = Math.Min(count * Tile, columns - column * Tile);
                var height = Math.Min(Tile, rows - row * Tile);
                var offset = (((nint)item * _sizes.Outputs + channel) * rows + row * Tile) * columns + column * Tile;
                for (var line = 0; line < height; line++, offset += columns) ConvolutionTail<TLanes, TVector>.Write(_tensors, lines + line * _lineLength, offset, width, channel);
            }
    }

    private (int Item, int Row, int Column) Locate(int tile)
    {
        var (row, column) = Math.DivRem(tile, _tilesX);
        var (item, within) = Math.DivRem(row, _tilesY);
        return (item, within, column);
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    // 36 streams are written side by side: an odd number of cache lines between them keeps them out of each other's places in the cache
    private static nint Apart(nint floats) => ((floats + 15) / 16 | 1) * 16;

    /// <summary>Transformed tiles and their sums.</summary>
    private sealed class Block
    {
        public Block(KernelRun run, int tiles, int inputs, int outputs, int lineLength)
        {
            // room for a register beyond the last tile
            RowStride = Apart(RoundUp(tiles, TLanes.Width) + TLanes.Width);
            TileStride = Apart(inputs * RowStride);
            SumStride = Apart(outputs * RowStride);
            Tiles = run.Rent(TileStride * Values);
            Sums = run.Rent(SumStride * Values);
            if (lineLength > 0) Lines = run.RentZeroed(lineLength * Window);
        }

        public nint RowStride { get; }
        public nint TileStride { get; }
        public nint SumStride { get; }
        public float* Tiles { get; }
        public float* Sums { get; }
        public float* Lines { get; }
    }
}
