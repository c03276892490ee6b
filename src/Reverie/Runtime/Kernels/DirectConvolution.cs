using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// 3x3 convolution as one matrix product, for results so small that Winograd's transform of the weights would not pay: the taps of every result element
/// make a column (im2col), of length 9 x inputs.
/// </summary>
internal sealed unsafe class DirectConvolution<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    // as in WinogradConvolution: parts that stay in the first-level cache
    private const int Part = 144;

    private readonly ConvolutionSizes _sizes;
    private readonly ConvolutionTensors _tensors;
    private readonly KernelRun _run;
    private readonly int _pixels;
    private readonly nint _stride;

    private DirectConvolution(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run)
    {
        (_sizes, _tensors, _run) = (sizes, tensors, run);
        _pixels = sizes.OutputHeight * sizes.OutputWidth;
        _stride = ((_pixels + TLanes.Width - 1) / TLanes.Width | 1) * TLanes.Width;
    }

    /// <summary>Computes the convolution.</summary>
    public static void Run(in ConvolutionSizes sizes, in ConvolutionTensors tensors, KernelRun run) => new DirectConvolution<TLanes, TVector>(sizes, tensors, run).Run();

    private void Run()
    {
        var length = _sizes.Inputs * 9;
        var panels = WeightPanels.Count(_sizes.Outputs);
        var columns = new Pointer(_run.Rent(length * _stride));
        var jobs = Math.Min(_run.Threads * 4, panels);
        var room = length * WeightPanels.Rows + WeightPanels.Rows * _stride;
        var scratch = new Pointer(_run.Rent(jobs * room));
        for (var each = 0; each < _sizes.Batch; each++)
        {
            var item = each;
            _run.For(_sizes.Inputs, input => Unfold(item, input, columns + input * 9 * _stride));
            _run.For(jobs, job =>
            {
                var weights = scratch + job * room;
                for (var panel = (int)((long)panels * job / jobs); panel < (int)((long)panels * (job + 1) / jobs); panel++)
                    Multiply(item, panel, columns + 0, weights, weights + (nint)length * WeightPanels.Rows);
            });
        }
    }

    // nine lines for one input channel: for each tap, what it sees of the plane
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Unfold(int item, int input, float* target)
    {
        var (rows, columns) = (_sizes.OutputHeight, _sizes.OutputWidth);
        var plane = _tensors.Input + ((nint)item * _sizes.Inputs + input) * _sizes.Height * _sizes.Width;
        for (var tap = 0; tap < 9; tap++, target += _stride)
        {
            var shift = tap % 3 - _sizes.Left;
            var begin = Math.Clamp(-shift, 0, columns);
            var end = Math.Clamp(_sizes.Width - shift, begin, columns);
            var line = target;
            for (var row = 0; row < rows; row++, line += columns)
            {
                var y = row + tap / 3 - _sizes.Top;
                if ((uint)y >= (uint)_sizes.Height)
                {
                    new Span<float>(line, columns).Clear();
                    continue;
                }
                new Span<float>(line, begin).Clear();
                new Span<float>(plane + (nint)y * _sizes.Width + begin + shift, end - begin).CopyTo(new(line + begin, end - begin));
                new Span<float>(line + end, columns - end).Clear();
            }
            new Span<float>(line, (int)(_stride - _pixels)).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int item, int panel, float* columns, float* weights, float* sums)
    {
        var length = _sizes.Inputs * 9;
        var first = panel * WeightPanels.Rows;
        var rows = Math.Min(WeightPanels.Rows, _sizes.Outputs - first);
        WeightPanels.Pack(_tensors.Weights + (nint)first * length, length, rows, length, weights);
        var width = (_pixels + TLanes.Width - 1) / TLanes.Width * TLanes.Width;
        var parts = (length + Part - 1) / Part;
        var depth = (length + parts - 1) / parts;
        for (var from = 0; from < length; from += depth)
            PanelProduct<TLanes, TVector>.Run(weights + from * WeightPanels.Rows, columns + from * _stride, _stride, sums, _stride, Math.Min(depth, length - from), width, from > 0);
        for (var row = 0; row < rows; row++)
            ConvolutionTail<TLanes, TVector>.Write(_tensors, sums + row * _stride, ((nint)item * _sizes.Outputs + first + row) * _pixels, _pixels, first + row);
    }
}
