using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Reverie.Models.Catalogue;

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes that are on disk.</param>
/// <param name="Total">Bytes in all, or null where neither the catalogue nor the server says.</param>
/// <param name="From">The host that they come from.</param>
public sealed record DownloadProgress(long Done, long? Total, string From);

/// <summary>
/// Fetches one file over HTTP. What has arrived is kept in a partial file, from which a later call goes on, in this process or another; nothing is
/// believed that the server says: sizes are counted, and the hash of the whole is the judge.
/// </summary>
internal sealed class Download(HttpClient client, string partial, long? bytes, string? sha256, string? sha256Prefix)
{
    // No published classifier is larger, and no server may fill the disk.
    private const long MaxBytes = int.MaxValue;
    private const int Tries = 4;

    // Without a hash to judge the whole, only bytes of the very same version may be joined.
    private EntityTagHeaderValue? _version;

    private bool IsJudged => (sha256 ?? sha256Prefix) is not null;

    /// <summary>How long a server may send nothing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before the second try; each further wait is twice as long.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Fetches the file from the first of the addresses that gives it whole, into the partial file.</summary>
    /// <returns>The SHA-256 of the file, in hexadecimal.</returns>
    /// <exception cref="ReverieException">None of them gives it; the message says what went wrong at each.</exception>
    public async Task<string> FetchAsync(IReadOnlyList<Uri> addresses, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var failures = new List<string>();
        foreach (var address in addresses)
        {
            _version = null;
            for (var attempt = 1; attempt <= Tries; attempt++)
            {
                var before = Length();
                try
                {
                    await FetchRestAsync(address, progress, cancellation).ConfigureAwait(false);
                    return await CheckAsync(cancellation).ConfigureAwait(false);
                }
                catch (WrongContentException exception)
                {
                    // What is there is of no use, whoever sent it.
                    File.Delete(partial);
                    failures.Add($"{address.Host}: {exception.Message}");
                    break;
                }
                catch (HttpRequestException exception) when (exception.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests))
                {
                    failures.Add($"{address.Host}: {(int)exception.StatusCode} {exception.StatusCode}");
                    break;
                }
                catch (Exception exception) when (exception is HttpRequestException or HttpIOException or IOException or TimeoutException && !IsDisk(exception))
                {
                    // A connection that brought something may be tried again as often as it does so.
                    if (Length() > before) attempt = 0;
                    else if (attempt == Tries) failures.Add($"{address.Host}: {Innermost(exception)}");
                    if (attempt < Tries) await Task.Delay(Pause * Math.Pow(2, Math.Max(0, attempt - 1)), cancellation).ConfigureAwait(false);
                }
            }
        }
        throw new ReverieException($"the file could not be fetched ({string.Join("; ", failures)})");
    }

    private async Task FetchRestAsync(Uri address, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (!IsJudged && _version is null) File.Delete(partial);
        var have = Length();
        if (IsJudged && bytes is { } size && have >= size) return;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            // A file that the server compresses on the way has no bytes that could be counted or resumed.
            request.Headers.AcceptEncoding.Add(new("identity"));
            if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
            if (have > 0 && _version is not null) request.Headers.IfRange = new RangeConditionHeaderValue(_version);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                // Nothing after what is there: whole already, or another file than before. The hash decides where one is known.
                if (response.Content.Headers.ContentRange?.Length == have) return;
                File.Delete(partial);
                throw new IOException("the file has changed on the server");
            }
            response.EnsureSuccessStatusCode();
            _version = response.Headers.ETag is { IsWeak: false } tag ? tag : null;
            var resumed = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
            if (!resumed) have = 0;
            var promised = resumed ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength;
            if (bytes is { } known && promised is { } told && told != known) throw new WrongContentException($"it has {told} bytes there, not the {known} that are published");
            await CopyAsync(response, have, resumed, bytes ?? promised, address, timeout, progress).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {Patience.TotalSeconds:0} seconds", exception);
        }
    }

    private async Task CopyAsync(HttpResponseMessage response, long have, bool resumed, long? total, Uri address, CancellationTokenSource timeout, IProgress<DownloadProgress>? progress)
    {
        var source = await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false);
        var target = new FileStream(partial, resumed ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true);
        await using (source.ConfigureAwait(false))
        await using (target.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            for (; ; )
            {
                timeout.CancelAfter(Patience);
                var read = await source.ReadAsync(buffer, timeout.Token).ConfigureAwait(false);
                if (read == 0) break;
                have += read;
                if (have > (total ?? MaxBytes) || have > MaxBytes) throw new WrongContentException($"it is longer there than {total ?? MaxBytes} bytes");
                await target.WriteAsync(buffer.AsMemory(0, read), timeout.Token).ConfigureAwait(false);
                progress?.Report(new(have, total, address.Host));
            }
        }
        if (total is { } whole && have < whole) throw new IOException($"the connection ended after {have} of {whole} bytes");
    }

    private async Task<string> CheckAsync(CancellationToken cancellation)
    {
        var stream = new FileStream(partial, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
        string found;
        await using (stream.ConfigureAwait(false)) found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));
        if (bytes is { } size && Length() != size) throw new WrongContentException($"it has {Length()} bytes, not the {size} that are published");
        if (sha256 is not null && !found.Equals(sha256, StringComparison.OrdinalIgnoreCase)) throw new WrongContentException($"its bytes are not those that are published (SHA-256 {found}, not {sha256})");
        if (sha256Prefix is not null && !found.StartsWith(sha256Prefix, StringComparison.OrdinalIgnoreCase)) throw new WrongContentException($"its bytes are not those that are published (SHA-256 {found}, not {sha256Prefix}...)");
        return found;
    }

    private long Length() => File.Exists(partial) ? new FileInfo(partial).Length : 0;

    // A full disk or a folder that may not be written is no fault of the server's.
    private static bool IsDisk(Exception exception) => exception is IOException { InnerException: null } and not HttpIOException && exception.HResult is 28 or 122 or unchecked((int)0x80070070);

    private static string Innermost(Exception exception)
    {
        while (exception is not TimeoutException && exception.InnerException is { } inner) exception = inner;
        return exception.Message.ReplaceLineEndings(" ");
    }

    /// <summary>The server sends something else than what is published: trying again is of no use.</summary>
    private sealed class WrongContentException(string message) : Exception(message);
}
