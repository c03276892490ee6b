namespace Reverie.Imaging;

/// <summary>
/// Takes the rows of a picture as they are stored and puts them upright into planes, by the EXIF orientation (CIPA DC-008, tag 0x0112): 1 upright,
/// 2 mirrored, 3 upside down, 4 flipped, 5 transposed, 6 to be turned clockwise, 7 transposed along the other diagonal, 8 to be turned
/// counter-clockwise.
/// </summary>
internal sealed class OrientedPlanes
{
    private static readonly float[] FromByte = [.. Enumerable.Range(0, 256).Select(v => v / 255f)];

    private readonly int _height, _width;   // upright
    private readonly int _start, _stepX, _stepY;
    private readonly float[] _rgb;
    private readonly float[]? _alpha;
    private bool _translucent;

    public OrientedPlanes(int storedHeight, int storedWidth, int orientation, bool alpha)
    {
        var (h, w) = (storedHeight, storedWidth);
        (_height, _width) = orientation >= 5 ? (w, h) : (h, w);
        var last = h * w - 1;
        // Where stored pixel (x, y) goes: _start + x·_stepX + y·_stepY.
        (_start, _stepX, _stepY) = orientation switch
        {
            2 => (w - 1, -1, w),
            3 => (last, -1, -w),
            4 => ((h - 1) * w, 1, -w),
            5 => (0, h, 1),
            6 => (h - 1, h, -1),
            7 => (last, -h, -1),
            8 => ((w - 1) * h, -h, 1),
            _ => (0, 1, w),
        };
        // Not cleared: every value is set, and of a file that turns out to be cut off no page is touched.
        _rgb = GC.AllocateUninitializedArray<float>(3 * h * w);
        _alpha = alpha ? GC.AllocateUninitializedArray<float>(h * w) : null;
    }

    /// <summary>Stores row y of 8-bit RGBA samples.</summary>
    public void SetRow(int y, ReadOnlySpan<byte> rgba)
    {
        var plane = _height * _width;
        var at = _start + y * _stepY;
        for (var i = 0; i < rgba.Length; i += 4, at += _stepX)
        {
            _rgb[at] = FromByte[rgba[i]];
            _rgb[plane + at] = FromByte[rgba[i + 1]];
            _rgb[2 * plane + at] = FromByte[rgba[i + 2]];
            if (_alpha is null) continue;
            _alpha[at] = FromByte[rgba[i + 3]];
            _translucent |= rgba[i + 3] != 255;
        }
    }

    /// <summary>Stores RGBA samples, clamped to 0..1, into row y: into the places x, x + step, x + 2·step, ...</summary>
    public void SetRow(int y, ReadOnlySpan<float> rgba, int x = 0, int step = 1)
    {
        var plane = _height * _width;
        var at = _start + y * _stepY + x * _stepX;
        for (var i = 0; i < rgba.Length; i += 4, at += step * _stepX)
        {
            _rgb[at] = Math.Clamp(rgba[i], 0, 1);
            _rgb[plane + at] = Math.Clamp(rgba[i + 1], 0, 1);
            _rgb[2 * plane + at] = Math.Clamp(rgba[i + 2], 0, 1);
            if (_alpha is null) continue;
            _alpha[at] = Math.Clamp(rgba[i + 3], 0, 1);
            _translucent |= _alpha[at] < 1;
        }
    }

    /// <summary>The upright picture; an alpha that is 1 throughout is dropped.</summary>
    public Picture ToPicture() => new(_height, _width, _rgb, _translucent ? _alpha : null);
}
