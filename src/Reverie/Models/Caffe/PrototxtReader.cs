using System.Text;

namespace Reverie.Models.Caffe;

/// <summary>Reads protobuf's text format (protobuf.dev/reference/protobuf/textformat-spec), as Caffe's <c>.prototxt</c> files use it.</summary>
internal sealed class PrototxtReader
{
    private const int MaxDepth = 32;

    private readonly string _text;
    private int _at;

    private PrototxtReader(string text) => _text = text;

    /// <exception cref="ReverieException">The text is not of that format; the message tells the line.</exception>
    public static PrototxtMessage Parse(string text) => new PrototxtReader(text).Message(0);

    private PrototxtMessage Message(int depth)
    {
        if (depth > MaxDepth) throw Wrong("messages are nested too deeply");
        var message = new PrototxtMessage();
        for (; ; )
        {
            SkipBlank();
            if (_at == _text.Length) return depth == 0 ? message : throw Wrong("a closing brace is missing");
            if (_text[_at] is '}' or '>') return depth > 0 ? message : throw Wrong("a closing brace is one too many");
            if (_text[_at] is ',' or ';') { _at++; continue; }
            Field(message, depth);
        }
    }

    private void Field(PrototxtMessage message, int depth)
    {
        var name = Word();
        SkipBlank();
        var colon = _at < _text.Length && _text[_at] == ':';
        if (colon)
        {
            _at++;
            SkipBlank();
        }
        if (_at == _text.Length) throw Wrong($"the value of '{name}' is missing");
        if (_text[_at] is '{' or '<')
        {
            _at++;
            message.Add(name, Message(depth + 1));
            _at++;
        }
        else if (!colon) throw Wrong($"'{name}' is followed by neither ':' nor '{{'");
        else if (_text[_at] == '[') List(message, name);
        else message.Add(name, Value());
    }

    private void List(PrototxtMessage message, string name)
    {
        _at++;
        for (; ; )
        {
            SkipBlank();
            if (_at == _text.Length) throw Wrong("a closing bracket is missing");
            if (_text[_at] == ']') { _at++; return; }
            if (_text[_at] == ',') { _at++; continue; }
            message.Add(name, Value());
        }
    }

    private string Value()
    {
        if (_text[_at] is not ('"' or '\'')) return Word();
        var (quote, text) = (_text[_at++], new StringBuilder());
        for (; _at < _text.Length && _text[_at] != quote; _at++)
        {
            if (_text[_at] == '\n') throw Wrong("a text is not closed");
            if (_text[_at] == '\\' && _at + 1 < _text.Length) _at++;
            text.Append(_text[_at]);
        }
        if (_at++ >= _text.Length) throw Wrong("a text is not closed");
        return text.ToString();
    }

    private string Word()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '-' or '+')) _at++;
        return _at > start ? _text[start.._at] : throw Wrong($"'{(char.IsControl(_text[_at]) ? '?' : _text[_at])}' is where a name or value belongs");
    }

    private void SkipBlank()
    {
        for (; _at < _text.Length; _at++)
        {
            if (_text[_at] == '#') while (_at + 1 < _text.Length && _text[_at + 1] != '\n') _at++;
            else if (!char.IsWhiteSpace(_text[_at])) return;
        }
    }

    private ReverieException Wrong(string what) => new($"not a valid .prototxt: {what} (line {_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1})");
}
