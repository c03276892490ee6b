namespace Reverie.Runtime;

/// <summary>
/// Keeps the sessions of graphs that were compiled lately, so that the same graph with the same options is not compiled again: for programs that run many jobs on one network.
/// Graphs are told apart by their content, weights included. Given a folder, it also keeps there what ONNX Runtime made of each graph, for the next process.
/// Ask for it by <see cref="RuntimeOptions.Cache"/>. Results do not depend on it, to the bit. It may be used from several threads.
/// </summary>
/// <remarks>A session holds its weights, and the memory of its largest run, until it leaves the cache: the one longest unused goes first.</remarks>
public sealed class SessionCache : IDisposable
{
    private readonly Dictionary<string, LinkedListNode<(string Key, SharedSession Session)>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, SharedSession Session)> _lastUsedFirst = [];
    private readonly int _capacity;
    private long _reused, _loaded, _made;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="capacity">How many sessions to keep, at least 1.</param>
    /// <param name="folder">Where to keep optimised graphs; it is made where it does not exist. Null: in this process alone. Whoever can write to it can make the processes that use it compute something else.</param>
    /// <exception cref="ReverieException">The folder cannot be made.</exception>
    public SessionCache(int capacity = 8, string? folder = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        if (folder is not null) Folder = new(folder);
    }

    /// <summary>How many compilations were answered by a session of this process, how many by a graph from the folder, and how many were done.</summary>
    public (long Reused, long Loaded, long Made) Counts => (Interlocked.Read(ref _reused), Interlocked.Read(ref _loaded), Interlocked.Read(ref _made));

    /// <summary>Where optimised graphs are kept, if they are.</summary>
    internal OptimizedGraphFolder? Folder { get; }

    /// <summary>Lets go of all sessions; those in use are given back when their compiled graphs are disposed. The folder stays.</summary>
    public void Dispose()
    {
        lock (_entries)
        {
            foreach (var entry in _lastUsedFirst) entry.Session.LetGo();
            _entries.Clear();
            _lastUsedFirst.Clear();
        }
    }

    /// <summary>A session for a graph, held for the caller.</summary>
    /// <param name="key">What tells the graph and its options apart from all others.</param>
    /// <param name="make">Makes the session, and says whether the folder had the graph.</param>
    internal SharedSession Get(string key, Func<(SharedSession Session, bool WasLoaded)> make)
    {
        if (Find(key) is { } found) return found;
        // made outside the lock: another graph need not wait for it
        var (session, wasLoaded) = make();
        Interlocked.Increment(ref wasLoaded ? ref _loaded : ref _made);
        lock (_entries)
        {
            if (_entries.ContainsKey(key) || !session.TryHold()) return session; // another thread was faster: its session is kept
            _entries[key] = _lastUsedFirst.AddFirst((key, session));
            while (_entries.Count > _capacity)
            {
                var last = _lastUsedFirst.Last!.Value;
                _lastUsedFirst.RemoveLast();
                _entries.Remove(last.Key);
                last.Session.LetGo();
            }
        }
        return session;
    }

    private SharedSession? Find(string key)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out var entry) || !entry.Value.Session.TryHold()) return null;
            _lastUsedFirst.Remove(entry);
            _lastUsedFirst.AddFirst(entry);
            Interlocked.Increment(ref _reused);
            return entry.Value.Session;
        }
    }
}
