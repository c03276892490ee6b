using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reverie.Dream.Storyboards;

/// <summary>A piece of a YAML or JSON file and where it stands.</summary>
internal sealed class StoryNode(int line, int column)
{
    // A storyboard is flat; a file that nests deeper or says more than people write is none.
    private const int MostDepth = 8, MostNodes = 200_000;
    private const long MostBytes = 4 << 20;

    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>The column, from 1.</summary>
    public int Column { get; } = column;

    /// <summary>The text of a scalar; null for lists and maps.</summary>
    public string? Text { get; private init; }

    /// <summary>The items of a list; null for others.</summary>
    public List<StoryNode>? Items { get; private init; }

    /// <summary>The entries of a map in their order; null for others.</summary>
    public List<(StoryNode Key, StoryNode Value)>? Entries { get; private init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ReverieException">It cannot be read, or is no YAML; the message says where.</exception>
    public static StoryNode Read(string file)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MostBytes }) throw new ReverieException($"{file} is too large for a storyboard");
            using var reader = new StreamReader(file);
            return Parse(new Parser(reader), file);
        }
        catch (YamlException exception)
        {
            throw new ReverieException($"{file}, line {exception.Start.Line}, column {exception.Start.Column}: {(exception.InnerException?.Message ?? exception.Message).ReplaceLineEndings(" ")}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the storyboard '{file}' cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static StoryNode Parse(Parser parser, string file)
    {
        var open = new Stack<StoryNode>();
        var keys = new Stack<StoryNode?>();
        var (root, count) = ((StoryNode?)null, 0);
        while (parser.MoveNext())
        {
            var (line, column) = ((int)parser.Current!.Start.Line, (int)parser.Current.Start.Column);
            if (parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias) throw new ReverieException($"{file}, line {line}, column {column}: anchors (& and *) are not read in storyboards; write it out");
            StoryNode? node = parser.Current switch
            {
                Scalar scalar => new(line, column) { Text = scalar.Value },
                SequenceStart => new(line, column) { Items = [] },
                MappingStart => new(line, column) { Entries = [] },
                _ => null,
            };
            if (parser.Current is SequenceEnd or MappingEnd)
            {
                open.Pop();
                keys.Pop();
            }
            if (node is null) continue;
            if (++count > MostNodes || open.Count >= MostDepth) throw new ReverieException($"{file}, line {line}, column {column}: this is nested deeper, or more, than any storyboard");
            if (open.Count == 0 && root is not null) throw new ReverieException($"{file}, line {line}, column {column}: a second document begins; a storyboard is one");
            root ??= node;
            if (open.TryPeek(out var parent)) Add(parent, node);
            if (node.Text is not null) continue;
            open.Push(node);
            keys.Push(null);
        }
        return root ?? throw new ReverieException($"{file} is empty; a storyboard has at least 'keyframes:'");

        void Add(StoryNode parent, StoryNode node)
        {
            if (parent.Items is { } items) items.Add(node);
            else if (keys.Pop() is { } key)
            {
                parent.Entries!.Add((key, node));
                keys.Push(null);
            }
            else
            {
                keys.Push(node.Text is not null ? node : throw new ReverieException($"{file}, line {node.Line}, column {node.Column}: a name is expected here, not a list"));
            }
        }
    }
}
