using System.Globalization;

namespace Reverie.Tensors;

/// <summary>
/// The dictionary in front of a .npy file's values, as numpy.lib.format describes it: a Python literal such as
/// <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (1, 3, 224, 224), }</c>, read here without evaluating anything.
/// </summary>
internal sealed record NpyHeader(string Type, bool FortranOrder, long[] Shape)
{
    private const int MostDimensions = 64;   // NumPy's own limit

    /// <summary>Reads the literal; null if it is not one.</summary>
    public static NpyHeader? Parse(string text)
    {
        var reader = new Reader(text);
        string? type = null;
        bool? fortran = null;
        long[]? shape = null;
        if (!reader.Take('{')) return null;
        while (!reader.Take('}'))
        {
            var key = reader.Quoted();
            if (key is null || !reader.Take(':')) return null;
            switch (key)
            {
                case "descr" when type is null:
                    type = reader.Quoted();
                    if (type is null) return null;
                    break;
                case "fortran_order" when fortran is null:
                    fortran = reader.Boolean();
                    if (fortran is null) return null;
                    break;
                case "shape" when shape is null:
                    shape = reader.Tuple();
                    if (shape is null) return null;
                    break;
                default:
                    return null;
            }
            if (!reader.Take(',') && !reader.Peek('}')) return null;
        }
        return reader.AtEnd && type is not null && fortran is not null && shape is not null ? new NpyHeader(type, fortran.Value, shape) : null;
    }

    /// <summary>The literal as NumPy itself writes it.</summary>
    public override string ToString()
    {
        var sizes = string.Join(", ", Shape.Select(d => d.ToString(CultureInfo.InvariantCulture)));
        if (Shape.Length == 1) sizes += ",";
        return $"{{'descr': '{Type}', 'fortran_order': {(FortranOrder ? "True" : "False")}, 'shape': ({sizes}), }}";
    }

    private ref struct Reader(string text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _at;

        public bool AtEnd => SkipBlanks() == _text.Length;

        public bool Peek(char c) => SkipBlanks() < _text.Length && _text[_at] == c;

        public bool Take(char c)
        {
            if (!Peek(c)) return false;
            _at++;
            return true;
        }

        public string? Quoted()
        {
            var quote = Peek('\'') ? '\'' : '"';
            if (!Take(quote)) return null;
            var length = _text[_at..].IndexOf(quote);
            if (length < 0) return null;
            var value = _text.Slice(_at, length).ToString();
            _at += length + 1;
            return value.Contains('\\') ? null : value;
        }

        public bool? Boolean() => TakeWord("True") ? true : TakeWord("False") ? false : null;

        public long[]? Tuple()
        {
            if (!Take('(')) return null;
            var sizes = new List<long>();
            while (!Take(')'))
            {
                SkipBlanks();
                var digits = 0;
                while (_at + digits < _text.Length && char.IsAsciiDigit(_text[_at + digits])) digits++;
                if (!long.TryParse(_text.Slice(_at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var size)) return null;
                _at += digits;
                if (_at < _text.Length && _text[_at] == 'L') _at++;   // Python 2 wrote long integers so
                sizes.Add(size);
                if (sizes.Count > MostDimensions || !Take(',') && !Peek(')')) return null;
            }
            return [.. sizes];
        }

        private bool TakeWord(string word)
        {
            SkipBlanks();
            if (!_text[_at..].StartsWith(word)) return false;
            _at += word.Length;
            return true;
        }

        private int SkipBlanks()
        {
            while (_at < _text.Length && _text[_at] is ' ' or '\n' or '\t' or '\r') _at++;
            return _at;
        }
    }
}
