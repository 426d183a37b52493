using System.Net;
using System.Net.Http.Headers;

namespace ProxSharp.Bench;

/// <summary>Answers every request at once with the same small result.</summary>
internal sealed class FixedAnswerHandler : HttpMessageHandler
{
    private static readonly byte[] s_body = """{"data":{"vmid":100,"status":"running","name":"web1","cpus":2,"cpu":0.02,"mem":1073741824,"maxmem":2147483648,"uptime":4711}}"""u8.ToArray();
    private static readonly MediaTypeHeaderValue s_json = MediaTypeHeaderValue.Parse("application/json;charset=UTF-8");

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Answer(request);

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Answer(request));

    private static HttpResponseMessage Answer(HttpRequestMessage request)
    {
        ByteArrayContent content = new(s_body);
        content.Headers.ContentType = s_json;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request };
    }
}
