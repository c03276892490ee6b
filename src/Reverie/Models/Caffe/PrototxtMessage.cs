using System.Globalization;

namespace Reverie.Models.Caffe;

/// <summary>A message of protobuf's text format: fields by name, each with its values (texts, numbers and enums as written, or messages) in order.</summary>
internal sealed class PrototxtMessage
{
    private readonly List<KeyValuePair<string, object>> _fields = [];

    public void Add(string field, object value) => _fields.Add(new(field, value));

    /// <summary>The messages of a field.</summary>
    public IEnumerable<PrototxtMessage> Messages(params IReadOnlyList<string> fields) => _fields.Where(field => fields.Contains(field.Key)).Select(field => field.Value).OfType<PrototxtMessage>();

    /// <summary>The message of a field, or an empty one: every setting of Caffe has a default.</summary>
    public PrototxtMessage Message(string field) => Messages(field).LastOrDefault() ?? new();

    /// <summary>The values of a field, as they are written.</summary>
    public IReadOnlyList<string> Texts(string field) => [.. _fields.Where(item => item.Key == field).Select(item => item.Value).OfType<string>()];

    /// <summary>The value of a field, or null.</summary>
    public string? Text(string field) => Texts(field) is [.., var last] ? last : null;

    /// <exception cref="ReverieException">The value is no whole number in the range of sizes.</exception>
    public IReadOnlyList<int> Ints(string field) => [.. Texts(field).Select(text =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value is >= -1 and <= 1 << 20 ? value
        : throw new ReverieException($"{field}: '{text}' is not a whole number of a sensible size"))];

    public int? Int(string field) => Ints(field) is [.., var last] ? last : null;

    /// <exception cref="ReverieException">The value is no number.</exception>
    public float? Float(string field) => Text(field) is not { } text ? null
        : float.TryParse(text.TrimEnd('f'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) ? value
        : throw new ReverieException($"{field}: '{text}' is not a number");

    /// <exception cref="ReverieException">The value is neither true nor false.</exception>
    public bool? Bool(string field) => Text(field) switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        var text => throw new ReverieException($"{field}: '{text}' is neither true nor false"),
    };
}
