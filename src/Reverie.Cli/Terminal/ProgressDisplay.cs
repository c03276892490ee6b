using System.Globalization;
using System.Text;

namespace Reverie.Cli;

/// <summary>
/// Shows how far a piece of work is and how long it will still take: a bar that is redrawn on a terminal, a plain line every few seconds in a pipe.
/// Work is counted in whatever unit takes about the same time throughout, for pictures pixels times steps. Safe to report to from any thread.
/// </summary>
internal sealed class ProgressDisplay : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan NextLine = TimeSpan.FromSeconds(5);
    private const int BarWidth = 30;

    private readonly CommandConsole _console;
    private readonly string _title;
    private readonly bool _silent;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Lock _lock = new();
    private TimeSpan _last;
    private bool _drawn;

    /// <summary>Begins to show work.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="title">What is being done, in a word or two.</param>
    /// <param name="silent">Whether nothing is to be shown.</param>
    /// <param name="time">The clock; the system's where null.</param>
    public ProgressDisplay(CommandConsole console, string title, bool silent = false, TimeProvider? time = null)
    {
        (_console, _title, _silent, _time) = (console, title, silent, time ?? TimeProvider.System);
        _start = _time.GetTimestamp();
    }

    /// <summary>Shows that <paramref name="done"/> of <paramref name="total"/> is done.</summary>
    /// <param name="done">Work done so far.</param>
    /// <param name="total">All the work; in the same unit.</param>
    /// <param name="note">What is being worked on now, such as <c>octave 2/4</c>.</param>
    public void Report(double done, double total, string? note = null)
    {
        if (_silent || !(total > 0)) return;
        lock (_lock)
        {
            var elapsed = _time.GetElapsedTime(_start);
            if (elapsed - _last < (_console.ErrorIsTerminal ? Redraw : NextLine) && !(_console.ErrorIsTerminal && done >= total)) return;
            _last = elapsed;
            var fraction = Math.Clamp(done / total, 0, 1);
            // A guess from too little work jumps about; none is better.
            var left = fraction > 0.01 && fraction < 1 ? $"{Short(elapsed * ((1 - fraction) / fraction))} left" : "";
            if (_console.ErrorIsTerminal) Draw(fraction, left, note);
            else _console.Error.WriteLine(string.Join(", ", new[] { string.Create(CultureInfo.InvariantCulture, $"{_title}: {fraction:P0}"), left, note ?? "" }.Where(part => part.Length > 0)));
        }
    }

    /// <summary>Clears the bar.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_drawn) return;
            _console.Error.Write('\r' + new string(' ', _console.ErrorWidth - 1) + '\r');
            _drawn = false;
        }
    }

    /// <summary>A duration as people say it: 8 s, 2:05, 1:02:30.</summary>
    internal static string Short(TimeSpan time) => time switch
    {
        { TotalSeconds: < 59.5 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 1 } => time.ToString(@"m\:ss", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}"),
    };

    private void Draw(double fraction, string left, string? note)
    {
        var filled = (int)Math.Round(fraction * BarWidth);
        var line = new StringBuilder(_title).Append(" [").Append('#', filled).Append('.', BarWidth - filled).Append(CultureInfo.InvariantCulture, $"] {fraction * 100,3:0} %");
        if (left.Length > 0) line.Append("  ").Append(left);
        if (note is not null) line.Append("  ").Append(note);
        var width = _console.ErrorWidth - 1;
        _console.Error.Write('\r' + (line.Length > width ? line.ToString(0, width) : line.ToString().PadRight(width)));
        _console.Error.Flush();
        _drawn = true;
    }
}
