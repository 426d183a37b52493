using System.Net;
using System.Net.Http.Headers;
using ProxSharp.Http;

namespace ProxSharp.Recording;

/// <summary>Stands directly before the sockets of an endpoint and hands every exchange to a recorder.</summary>
internal sealed class RecordingHandler : ProxmoxHandler
{
    // Answers that are longer are files.
    private const long LongestText = 64L * 1024 * 1024;

    private readonly ProxmoxProduct _product;
    private readonly ExchangeRecorder _recorder;
    private readonly TimeProvider _time;

    public RecordingHandler(ProxmoxProduct product, ExchangeRecorder recorder, TimeProvider time, HttpMessageHandler inner)
        : base(inner)
        => (_product, _recorder, _time) = (product, recorder, time);

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        HttpResponseMessage response = SendInner(request, cancellationToken);
        try
        {
            TimeSpan elapsed = _time.GetElapsedTime(start);
            byte[]? answer = null;
            if (IsText(response))
            {
                using MemoryStream all = new();
                using (Stream body = response.Content.ReadAsStream(cancellationToken))
                {
                    body.CopyTo(all);
                }

                Replace(response, answer = all.ToArray());
            }

            using MemoryStream sent = new();
            if (IsText(request))
            {
                request.Content!.CopyTo(sent, null, cancellationToken);
            }

            Record(request, sent.ToArray(), response, answer, elapsed);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        HttpResponseMessage response = await SendInnerAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            TimeSpan elapsed = _time.GetElapsedTime(start);
            byte[]? answer = null;
            if (IsText(response))
            {
                Replace(response, answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            }

            // The body of the request is written down afterwards: it remembers that it was sent, and before it was that would not be true.
            using MemoryStream sent = new();
            if (IsText(request))
            {
                await request.Content!.CopyToAsync(sent, cancellationToken).ConfigureAwait(false);
            }

            Record(request, sent.ToArray(), response, answer, elapsed);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private void Record(HttpRequestMessage request, byte[] sent, HttpResponseMessage response, byte[]? answer, TimeSpan elapsed) => _recorder.Add(
        new RecordedExchange
        {
            Product = _product,
            Verb = request.Method.Method,
            Target = request.RequestUri!.PathAndQuery,
            RequestHeaders = [new("Host", request.RequestUri.Authority), .. Headers(request.Headers), .. Headers(request.Content?.Headers)],
            RequestBody = IsText(request) || request.Content is null or EmptyContent ? sent : null,
            Status = (int)response.StatusCode,
            Reason = response.ReasonPhrase ?? "",
            ResponseHeaders = [.. Headers(response.Headers), .. Headers(response.Content.Headers)],
            ResponseBody = answer is null || !GzipBody.Is(response) ? answer : Unpacked(response, answer),
            Elapsed = elapsed,
        });

    private static bool IsText(HttpRequestMessage request) => request.Content is PooledContent or ByteArrayContent;

    private static bool IsText(HttpResponseMessage response) => response.StatusCode != HttpStatusCode.SwitchingProtocols
        && response.Content.Headers.ContentLength is null or <= LongestText
        && response.Content.Headers.ContentType?.MediaType is null or "application/json" or "text/plain" or "text/html" or "text/javascript";

    private static byte[] Unpacked(HttpResponseMessage response, byte[] packed)
    {
        using MemoryStream plain = new();
        using MemoryStream source = new(packed);
        using Stream stream = GzipBody.Decode(response, source);
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    // The answer was read: the client gets the same bytes from memory.
    private static void Replace(HttpResponseMessage response, byte[] body)
    {
        ByteArrayContent content = new(body);
        foreach ((string name, HeaderStringValues values) in response.Content.Headers.NonValidated)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content.Dispose();
        response.Content = content;
    }

    private static IEnumerable<KeyValuePair<string, string>> Headers(HttpHeaders? headers) => headers is null
        ? []
        : headers.NonValidated.SelectMany(static header => header.Value.Select(value => new KeyValuePair<string, string>(header.Key, value)));
}
