using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Reverie.Tests.Models;

/// <summary>A server of one file on the loopback interface that cuts connections, lies, redirects or keeps silent, as it is told per request.</summary>
internal sealed class FaultyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _file;
    private readonly Func<int, Fault> _faults;
    private int _requests;

    /// <param name="file">What it serves, under any path.</param>
    /// <param name="faults">What goes wrong with the request of a number, counted from 0.</param>
    public FaultyServer(byte[] file, Func<int, Fault>? faults = null)
    {
        (_file, _faults) = (file, faults ?? (_ => new()));
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>What goes wrong with one request.</summary>
    internal sealed record Fault
    {
        /// <summary>After how many bytes of the body the connection is cut.</summary>
        public int? CutAfter { get; init; }

        /// <summary>How many bytes more (or less) the header promises than there are.</summary>
        public int Lie { get; init; }

        /// <summary>Another status than 200 or 206, without a body.</summary>
        public int? Status { get; init; }

        /// <summary>Where to send the client instead.</summary>
        public string? Redirect { get; init; }

        /// <summary>Whether ranges are ignored.</summary>
        public bool NoRanges { get; init; }

        /// <summary>Whether the version's tag is left out.</summary>
        public bool NoTag { get; init; }

        /// <summary>Other bytes than the file's.</summary>
        public byte[]? Instead { get; init; }

        /// <summary>Whether nothing is answered at all.</summary>
        public bool Silent { get; init; }

        /// <summary>A pause after every 1000 bytes.</summary>
        public TimeSpan Slow { get; init; }
    }

    /// <summary>The address of the file.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/models/net.onnx";

    /// <summary>How many requests have come.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>From which byte each request wanted the file.</summary>
    public List<long> Starts { get; } = [];

    public void Dispose() => _listener.Stop();

    private async Task ServeAsync()
    {
        for (; ; )
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            _ = Task.Run(async () =>
            {
                using (client) await AnswerAsync(client.GetStream());
            });
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0) return;
            header.Append((char)one[0]);
        }
        var fault = _faults(Interlocked.Increment(ref _requests) - 1);
        var lines = header.ToString().Split("\r\n");
        var range = Array.Find(lines, line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase));
        var from = range is null || fault.NoRanges ? 0 : long.Parse(range["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        lock (Starts) Starts.Add(from);
        if (fault.Silent)
        {
            await Task.Delay(TimeSpan.FromSeconds(20));
            return;
        }
        var file = fault.Instead ?? _file;
        var head = fault switch
        {
            { Redirect: { } target } => $"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n",
            { Status: { } status } => $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n",
            _ when from >= file.Length => $"HTTP/1.1 416 No\r\nContent-Range: bytes */{file.Length}\r\nContent-Length: 0\r\n",
            _ when from > 0 => $"HTTP/1.1 206 Partial\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length + fault.Lie}\r\nContent-Length: {file.Length - from + fault.Lie}\r\n",
            _ => $"HTTP/1.1 200 OK\r\nContent-Length: {file.Length + fault.Lie}\r\n",
        };
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}{(fault.NoTag ? "" : "ETag: \"v1\"\r\n")}Connection: close\r\n\r\n"));
            if (fault.Redirect is not null || fault.Status is not null || from >= file.Length) return;
            var end = Math.Min(file.Length, from + (fault.CutAfter ?? int.MaxValue));
            for (var at = from; at < end; at += 1000)
            {
                await stream.WriteAsync(file.AsMemory((int)at, (int)Math.Min(1000, end - at)));
                if (fault.Slow > TimeSpan.Zero) await Task.Delay(fault.Slow);
            }
        }
        catch (IOException)
        {
            // The client has gone, as some tests have it do.
        }
    }
}
