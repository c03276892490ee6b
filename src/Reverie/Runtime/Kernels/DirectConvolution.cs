using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// 3x3 convolution as matrix products: the taps of every result element make a column (im2col), of length 9 x inputs. For results so small that Winograd's
/// transform of the weights would not pay, and for few input channels, where it saves little and costs precision: there a network has its largest planes, and
/// most of the ReLU masks that rounding flips.
/// </summary>
internal sealed unsafe class DirectConvolution<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    // as in WinogradConvolution: parts that stay in the first-level cache
    private const int Part = 144;
    // the unfolded input of a block of pixels should stay in the second-level cache
    private const int BlockFloats = 200_000;
    private const int BlockColumns = 512;

    private readonly ConvolutionSizes _sizes;
    private readonly ConvolutionTensors _tensors;
    private readonly KernelRun _run;
    private readonly int _length;
    private readonly int _panels;

    private DirectConvolution(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        (_sizes, _tensors, _run) = (sizes, tensors, run);
        (_length, _panels) = (sizes.Inputs * 9, WeightPanels.Count(sizes.Outputs));
    }

    /// <summary>Computes the convolution.</summary>
    public static void Run(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        var convolution = new DirectConvolution<TLanes, TVector>(sizes, tensors, run);
        var pixels = (long)sizes.OutputHeight * sizes.OutputWidth;
        if (pixels * convolution._length <= BlockFloats) convolution.ByOutputs();
        else convolution.ByPixels();
    }

    // Few pixels: unfolded once, then the threads share the output channels.
    private void ByOutputs()
    {
        var all = new Area(0, _sizes.OutputHeight, 0, _sizes.OutputWidth);
        var stride = Stride(all.Pixels);
        var columns = new Pointer(_run.Rent(_length * stride));
        var jobs = Math.Min(_run.Threads * 4, _panels);
        var room = _length * WeightPanels.Rows + WeightPanels.Rows * stride;
        var scratch = new Pointer(_run.Rent(jobs * room));
        for (var each = 0; each < _sizes.Batch; each++)
        {
            var item = each;
            _run.For(_sizes.Inputs, input => Unfold(item, input, all, columns + input * 9 * stride, stride));
            _run.For(jobs, job =>
            {
                var weights = scratch + job * room;
                for (var panel = (int)((long)_panels * job / jobs); panel < (int)((long)_panels * (job + 1) / jobs); panel++)
                {
                    Pack(panel, weights);
                    Multiply(item, panel, all, columns + 0, weights, weights + (nint)_length * WeightPanels.Rows, stride);
                }
            });
        }
    }

    // Many pixels: the weights are packed once, then each thread takes blocks of pixels through both stages.
    private void ByPixels()
    {
        var width = Math.Min(_sizes.OutputWidth, BlockColumns);
        var height = Math.Clamp(BlockFloats / (_length * width), 1, _sizes.OutputHeight);
        var (across, down) = ((_sizes.OutputWidth + width - 1) / width, (_sizes.OutputHeight + height - 1) / height);
        var stride = Stride(width * height);
        var panelFloats = (nint)_length * WeightPanels.Rows;
        var weights = new Pointer(_run.Rent(_panels * panelFloats));
        _run.For(_panels, panel => Pack(panel, weights + panel * panelFloats));
        var room = (_length + WeightPanels.Rows) * stride;
        var scratch = new Pointer(_run.Rent(_run.Threads * room));
        var (next, count) = (-1, _sizes.Batch * across * down);
        _run.For(_run.Threads, worker =>
        {
            var columns = scratch + worker * room;
            for (var index = Interlocked.Increment(ref next); index < count; index = Interlocked.Increment(ref next))
            {
                var (item, block) = Math.DivRem(index, across * down);
                var (row, column) = (block / across * height, block % across * width);
                var area = new Area(row, Math.Min(height, _sizes.OutputHeight - row), column, Math.Min(width, _sizes.OutputWidth - column));
                for (var input = 0; input < _sizes.Inputs; input++) Unfold(item, input, area, columns + input * 9 * stride, stride);
                for (var panel = 0; panel < _panels; panel++) Multiply(item, panel, area, columns, weights + panel * panelFloats, columns + _length * stride, stride);
            }
        });
    }

    // an odd number of registers, so that lines do not fall on the same places of the cache
    private static nint Stride(int pixels) => ((pixels + TLanes.Width - 1) / TLanes.Width | 1) * TLanes.Width;

    // nine lines for one input channel: for each tap, what it sees of the plane
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Unfold(int item, int input, in Area area, float* target, nint stride)
    {
        var plane = _tensors.Input + ((nint)item * _sizes.Inputs + input) * _sizes.Height * _sizes.Width;
        var columns = area.Columns;
        for (var tap = 0; tap < 9; tap++, target += stride)
        {
            var shift = area.Column + tap % 3 - _sizes.Left;
            var begin = Math.Clamp(-shift, 0, columns);
            var end = Math.Clamp(_sizes.Width - shift, begin, columns);
            var line = target;
            for (var row = 0; row < area.Rows; row++, line += columns)
            {
                var y = area.Row + row + tap / 3 - _sizes.Top;
                if ((uint)y >= (uint)_sizes.Height)
                {
                    new Span<float>(line, columns).Clear();
                    continue;
                }
                new Span<float>(line, begin).Clear();
                new Span<float>(plane + (nint)y * _sizes.Width + begin + shift, end - begin).CopyTo(new(line + begin, end - begin));
                new Span<float>(line + end, columns - end).Clear();
            }
            new Span<float>(line, (int)(stride - area.Pixels)).Clear();
        }
    }

    private void Pack(int panel, float* weights)
    {
        var first = panel * WeightPanels.Rows;
        WeightPanels.Pack(_tensors.Weights + (nint)first * _length, _length, Math.Min(WeightPanels.Rows, _sizes.Outputs - first), _length, weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int item, int panel, in Area area, float* columns, float* weights, float* sums, nint stride)
    {
        var first = panel * WeightPanels.Rows;
        var rows = Math.Min(WeightPanels.Rows, _sizes.Outputs - first);
        var width = (area.Pixels + TLanes.Width - 1) / TLanes.Width * TLanes.Width;
        var parts = (_length + Part - 1) / Part;
        var depth = (_length + parts - 1) / parts;
        for (var from = 0; from < _length; from += depth)
            PanelProduct<TLanes, TVector>.Run(weights + from * WeightPanels.Rows, columns + from * stride, stride, sums, stride, Math.Min(depth, _length - from), width, from > 0);
        var (height, line) = ((nint)_sizes.OutputHeight, area.Columns);
        for (var output = 0; output < rows; output++)
        {
            var target = (((nint)item * _sizes.Outputs + first + output) * height + area.Row) * _sizes.OutputWidth + area.Column;
            // whole rows lie side by side in the result too
            if (line == _sizes.OutputWidth) ConvolutionTail<TLanes, TVector>.Write(_tensors, sums + output * stride, target, area.Pixels, first + output);
            else
                for (var row = 0; row < area.Rows; row++)
                    ConvolutionTail<TLanes, TVector>.Write(_tensors, sums + output * stride + row * line, target + (nint)row * _sizes.OutputWidth, line, first + output);
        }
    }

    // a rectangle of the result
    private readonly record struct Area(int Row, int Rows, int Column, int Columns)
    {
        public int Pixels => Rows * Columns;
    }
}
