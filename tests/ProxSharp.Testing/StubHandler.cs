using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace ProxSharp.Testing;

/// <summary>Takes the place of the sockets: answers requests from a function and keeps what was asked. Serves synchronous and asynchronous calls.</summary>
public sealed class StubHandler : HttpMessageHandler
{
    private readonly Func<StubCall, HttpResponseMessage> _answer;
    private readonly ConcurrentQueue<StubCall> _calls = new();

    /// <summary>Creates a handler.</summary>
    public StubHandler(Func<StubCall, HttpResponseMessage> answer) => _answer = answer;

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<StubCall> Calls => [.. _calls];

    /// <summary>An answer with a JSON body.</summary>
    public static HttpResponseMessage Json(string json, int status = 200, string? reason = null)
        => new((HttpStatusCode)status) { ReasonPhrase = reason, Content = new StringContent(json, Encoding.UTF8, "application/json") };

    /// <summary>An answer with a text or without a body.</summary>
    public static HttpResponseMessage Text(int status, string reason, string body = "")
        => new((HttpStatusCode)status) { ReasonPhrase = reason, Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using MemoryStream body = new();
        request.Content?.CopyTo(body, null, cancellationToken);
        return Answer(request, body.ToArray(), isSync: true);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        return Answer(request, body, isSync: false);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, byte[] body, bool isSync)
    {
        StubCall call = new(request, body, _calls.Count + 1, isSync);
        _calls.Enqueue(call);
        HttpResponseMessage response = _answer(call);
        response.RequestMessage = request;
        return response;
    }
}
