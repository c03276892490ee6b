using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// The gradient of a max pool in vectors, for small windows. First each window's winner is found, a register of windows side by side: the tap (its number within
/// the window) that first equals the maximum. Then each element of the plane collects from the windows that it lies in, in their order, if it won there; so nothing is written twice, and the
/// sums are those of a loop over windows to the bit.
/// </summary>
/// <remarks>
/// A plane is taken in bands that fit the first-level cache. A band is copied line by line into lines of one common length (the pitch), with margins that equal nothing, so that registers run over
/// the ends of lines and narrow planes fill them too. With a stride of 2, even and odd elements (rows) lie apart, so that neighbouring windows read neighbouring numbers.
/// </remarks>
internal readonly unsafe struct PoolWinners<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    private const int MostTaps = PoolWindow.WidestSmall * PoolWindow.WidestSmall;
    // windows of a band, about: with its elements, codes and cotangents it fits 48 KiB
    private const int Band = 1024;

    private readonly PoolWindow _window;
    // strides as shifts, and by how many windows up and to the left of its own place an element is read
    private readonly int _shiftY;
    private readonly int _shiftX;
    private readonly int _above;
    private readonly int _before;
    private readonly int _pitch;
    // lines of windows for all of the plane, and those that a band adds
    private readonly int _lines;
    private readonly int _bandLines;
    // floats of a band's lines of one kind, with what a register reads beyond them
    private readonly int _floats;

    private readonly bool _gate;
    private readonly float* _elements;
    private readonly float* _maxima;
    private readonly float* _shares;
    private readonly float* _codes;
    private readonly float* _sums;
    private readonly float* _whole;
    private readonly float* _joined;

    /// <summary>The plan for windows, without memory.</summary>
    public PoolWinners(PoolWindow window)
    {
        _window = window;
        (_shiftY, _shiftX) = (window.StrideY - 1, window.StrideX - 1);
        (_above, _before) = ((window.KernelHeight - 1) >> _shiftY, (window.KernelWidth - 1) >> _shiftX);
        _pitch = Math.Max((window.Width + window.Left + _shiftX) >> _shiftX, window.Columns + _before);
        _lines = Math.Max((window.Height + window.Top + _shiftY) >> _shiftY, window.Rows);
        _bandLines = Math.Min(_lines, Math.Max(Band / _pitch, 4));
        _floats = RoundUp((_bandLines + 2 * _above) * _pitch + _before) + 2 * TLanes.Width;
    }

    /// <summary>Takes memory of <see cref="Scratch"/> floats. One thread at a time may use it. With a gate, a maximum that is not positive passes nothing on.</summary>
    public PoolWinners(PoolWindow window, float* scratch, bool gate) : this(window)
    {
        _gate = gate;
        _elements = scratch;
        _maxima = _elements + Phases * _floats;
        _shares = _maxima + _floats;
        // the first element reads windows before the first
        _codes = _shares + _floats + TLanes.Width;
        _sums = _codes + _floats;
        _whole = _sums + window.StrideX * _floats;
        _joined = _whole + 2 * (_pitch + TLanes.Width);
        // not a number equals nothing
        new Span<float>(scratch, Scratch).Fill(float.NaN);
        new Span<float>(_shares, _floats).Clear();
    }

    /// <summary>How many floats it needs to work with.</summary>
    public int Scratch => (Phases + _window.StrideX + 3) * _floats + TLanes.Width + 4 * (_pitch + TLanes.Width);

    private int Phases => _window.StrideY * _window.StrideX;

    /// <summary>Gives each window's cotangent to its first maximum, in one plane.</summary>
    public void Run(float* input, float* output, float* cotangent, float* result)
    {
        for (var first = 0; first < _lines; first += _bandLines)
        {
            var end = Math.Min(first + _bandLines, _lines);
            // the windows above a band reach into it
            Fetch(first - _above, end, input, output, cotangent);
            Find((end - first + _above) * _pitch);
            for (var odd = 0; odd < _window.StrideY; odd++)
            {
                for (var phase = 0; phase < _window.StrideX; phase++) Sum(odd, phase, (end - first) * _pitch, _sums + phase * _floats);
                for (var line = first; line < end; line++)
                    if (RowOf(line, odd) is >= 0 and var row && row < _window.Height) Emit((line - first) * _pitch, result + row * _window.Width);
            }
        }
    }

    // the plane's row whose number with the padding is twice (once) a line's, or one more
    private int RowOf(int line, int odd) => (line << _shiftY) + odd - _window.Top;

    private void Fetch(int first, int end, float* input, float* output, float* cotangent)
    {
        for (var line = first; line < end + _above; line++)
            for (var odd = 0; odd < _window.StrideY; odd++)
            {
                var target = _elements + odd * _window.StrideX * _floats + (line - first) * _pitch;
                if (RowOf(line, odd) is >= 0 and var row && row < _window.Height)
                    TakeApart(input + row * _window.Width, target);
                else
                    for (var phase = 0; phase < _window.StrideX; phase++) new Span<float>(target + phase * _floats, _pitch).Fill(float.NaN);
            }
        for (var line = first; line < end; line++)
        {
            var target = _maxima + (line - first) * _pitch;
            if (line >= 0 && line < _window.Rows)
            {
                new Span<float>(output + line * _window.Columns, _window.Columns).CopyTo(new(target, _window.Columns));
                new Span<float>(cotangent + line * _window.Columns, _window.Columns).CopyTo(new(_shares + (line - first) * _pitch, _window.Columns));
            }
            else
            {
                new Span<float>(target, _pitch).Fill(float.NaN);
            }
        }
    }

    private void TakeApart(float* source, float* target)
    {
        new Span<float>(source, _window.Width).CopyTo(new((_window.StrideX == 1 ? target : _whole) + _window.Left, _window.Width));
        if (_window.StrideX == 1) return;
        // what a register writes beyond the line is the next line's, which comes after it
        for (var place = 0; place < _pitch; place += TLanes.Width)
        {
            TLanes.SplitPairs(_whole + 2 * place, out var even, out var odd);
            TLanes.Store(even, target + place);
            TLanes.Store(odd, target + _floats + place);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find(int count)
    {
        var offsets = stackalloc nint[MostTaps];
        var numbers = stackalloc float[MostTaps];
        var taps = 0;
        for (var y = 0; y < _window.KernelHeight; y++)
            for (var x = 0; x < _window.KernelWidth; x++, taps++)
            {
                offsets[taps] = ((y & _shiftY) * _window.StrideX + (x & _shiftX)) * _floats + (y >> _shiftY) * _pitch + (x >> _shiftX);
                numbers[taps] = taps;
            }
        float* elements = _elements, maxima = _maxima, shares = _shares, codes = _codes;
        var none = TLanes.Broadcast(-1);
        for (nint place = 0; place < count; place += TLanes.Width)
        {
            var maximum = TLanes.Load(maxima + place);
            var winner = none;
            // from the last to the first, so that the first one stays
            for (var tap = taps - 1; tap >= 0; tap--) winner = TLanes.WhereEqual(TLanes.Load(elements + place + offsets[tap]), maximum, TLanes.Broadcast(numbers[tap]), winner);
            TLanes.Store(winner, codes + place);
            if (_gate) TLanes.Store(TLanes.Gate(TLanes.Load(shares + place), maximum), shares + place);
        }
    }

    // the cotangents of the elements of one phase
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(int oddY, int oddX, int count, float* sums)
    {
        var offsets = stackalloc nint[MostTaps];
        var numbers = stackalloc float[MostTaps];
        // windows in their order: those that reach an element with a later tap begin earlier
        var taps = 0;
        for (var y = _window.KernelHeight - 1; y >= 0; y--)
            for (var x = _window.KernelWidth - 1; x >= 0; x--)
            {
                if ((y & _shiftY) != oddY || (x & _shiftX) != oddX) continue;
                offsets[taps] = (_above - (y >> _shiftY)) * _pitch - (x >> _shiftX);
                numbers[taps++] = y * _window.KernelWidth + x;
            }
        float* codes = _codes, shares = _shares;
        var zero = TLanes.Broadcast(0);
        for (nint place = 0; place < count; place += TLanes.Width)
        {
            var sum = zero;
            for (var tap = 0; tap < taps; tap++)
            {
                var window = place + offsets[tap];
                sum = TLanes.Add(sum, TLanes.WhereEqual(TLanes.Load(codes + window), TLanes.Broadcast(numbers[tap]), TLanes.Load(shares + window), zero));
            }
            TLanes.Store(sum, sums + place);
        }
    }

    private void Emit(int first, float* result)
    {
        var line = _sums + first;
        if (_window.StrideX == 2)
        {
            for (var place = 0; place < _pitch; place += TLanes.Width) TLanes.JoinPairs(TLanes.Load(line + place), TLanes.Load(line + _floats + place), _joined + 2 * place);
            line = _joined;
        }
        new Span<float>(line + _window.Left, _window.Width).CopyTo(new(result, _window.Width));
    }

    private static int RoundUp(int count) => (count + TLanes.Width - 1) / TLanes.Width * TLanes.Width;
}
