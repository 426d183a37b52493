using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxSharp.Mcp.Approvals;

/// <summary>
/// Shows the pages of the desk on the loopback address of this machine: as much of HTTP as a browser needs for one form, so that the program carries no web
/// server. It listens from the first question on.
/// </summary>
internal sealed class LoopbackPage(ApprovalDesk desk) : IAsyncDisposable
{
    private const int LongestRequest = 16 * 1024;

    // Browsers open a few connections to a page before they need them.
    private const int MostAtOnce = 32;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;
    private Task _serving = Task.CompletedTask;

    /// <summary>The address of the page for a key.</summary>
    public Uri AddressOf(string key)
    {
        lock (_gate)
        {
            if (_listener is null)
            {
                _listener = new TcpListener(IPAddress.Loopback, 0);
                _listener.Start();
                _serving = ServeAsync(_listener, _stop.Token);
            }

            return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{Authority(_listener)}/{key}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener?.Dispose();
        _stop.Dispose();
    }

    private static string Authority(TcpListener listener) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    private async Task ServeAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        // AddressOf holds the lock while this begins; the answer must not wait for a browser.
        await Task.Yield();
        List<Task> answers = [];
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(cancellationToken).ConfigureAwait(false);
                answers.RemoveAll(static answer => answer.IsCompleted);
                answers.Add(AnswerAsync(client, Authority(listener), cancellationToken));
                if (answers.Count >= MostAtOnce)
                {
                    await Task.WhenAny(answers).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await Task.WhenAll(answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerAsync(TcpClient client, string authority, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(s_patience);
                await AnswerAsync(client.GetStream(), authority, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidOperationException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // A browser that goes away or says nothing is no reason to stop answering others.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string authority, CancellationToken cancellationToken)
    {
        string request = await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        (int status, string body) = Reply(request, authority);
        string head = string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 {status} {(HttpStatusCode)status}
            Content-Type: text/html; charset=utf-8
            Content-Length: {Encoding.UTF8.GetByteCount(body)}
            Content-Security-Policy: default-src 'none'; form-action 'self'; frame-ancestors 'none'
            Referrer-Policy: same-origin
            Cache-Control: no-store
            Connection: close
            """).ReplaceLineEndings("\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{head}\r\n\r\n{body}"), cancellationToken).ConfigureAwait(false);
    }

    private (int Status, string Body) Reply(string request, string authority)
    {
        string[] lines = request.Split("\r\n");
        string[] first = lines[0].Split(' ');

        // A page of another site that made a name of its own point here comes with that name.
        bool isOurs = Values(lines, "Host") is [{ } host] && host == authority;
        if (first.Length != 3 || !isOurs || !IsFromHere(lines, authority))
        {
            return (400, "Not for this page.");
        }

        string key = first[1].TrimStart('/');
        return first[0] switch
        {
            "GET" when desk.Render(key) is { } page => (200, page),
            "POST" when lines[^1] is "answer=approve" or "answer=decline" && desk.Answer(key, lines[^1] == "answer=approve") =>
                (200, "Thank you. You can close this page."),
            "GET" or "POST" => (404, "Nothing waits for an answer here."),
            _ => (405, "Not possible here."),
        };
    }

    // A browser that is told to hide where it comes from calls the page's own origin null, as it does those of others; then it says so elsewhere.
    private static bool IsFromHere(string[] lines, string authority) => Values(lines, "Origin") switch
    {
        [] => true,
        ["null"] => Values(lines, "Sec-Fetch-Site") is ["same-origin"],
        [{ } origin] => origin == $"http://{authority}",
        _ => false,
    };

    private static string[] Values(IEnumerable<string> lines, string name) =>
    [
        .. lines.TakeWhile(static line => line.Length > 0)
            .Where(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(name.Length + 1)..].Trim()),
    ];

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LongestRequest];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += read;
            string text = Encoding.Latin1.GetString(buffer, 0, length);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0 || (end >= 0 && length >= end + 4 + BodyLength(text[..end])))
            {
                return text;
            }
        }

        throw new IOException("The request is too long.");
    }

    private static int BodyLength(string head) => Values(head.Split("\r\n"), "Content-Length")
        .Select(static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length : 0)
        .FirstOrDefault();
}
