using System.Net;
using ProxSharp.Http;

namespace ProxSharp.WebSockets;

/// <summary>An exchange after which the connection is a websocket.</summary>
/// <param name="options">How it is opened and kept.</param>
/// <param name="time">Tells when to keep it alive.</param>
internal readonly struct WebSocketExchange(ProxmoxWebSocketOptions options, TimeProvider time) : IExchange<ProxmoxWebSocketStream>
{
    private readonly ProxmoxWebSocketOptions _options = options;
    private readonly TimeProvider _time = time;

    /// <summary>False: the time for the call ends when the websocket is open.</summary>
    public bool KeepsScope => false;

    public ProxmoxWebSocketStream Send(Pipeline pipeline, ApiCall call, CallScope scope)
    {
        using ApiRequestMessage request = pipeline.Write(call);
        WebSocketHandshake handshake = WebSocketHandshake.Begin(request, _options.SubProtocol);
        HttpResponseMessage? response = null;
        try
        {
            response = pipeline.Invoker.Send(request, scope.Token);
            if (MayBeOpen(response))
            {
                handshake.Check(call, request.Endpoint.Authority, response);
                return new ProxmoxWebSocketStream(response, response.Content.ReadAsStream(scope.Token), Name(call, request), _options, _time);
            }

            using PooledBuffer body = ResponseBody.Read(response, scope.Token);
            throw ErrorFactory.Create(call, request.Endpoint.Authority, response, body.Span);
        }
        catch (Exception exception)
        {
            response?.Dispose();
            if (scope.Translate(request.Endpoint.Authority, exception) is { } failure)
            {
                throw failure;
            }

            throw;
        }
    }

    public Task<ProxmoxWebSocketStream> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope) => SendAsync(pipeline, call, scope, _options, _time);

    private static async Task<ProxmoxWebSocketStream> SendAsync(
        Pipeline pipeline, ApiCall call, CallScope scope, ProxmoxWebSocketOptions options, TimeProvider time)
    {
        using ApiRequestMessage request = pipeline.Write(call);
        WebSocketHandshake handshake = WebSocketHandshake.Begin(request, options.SubProtocol);
        HttpResponseMessage? response = null;
        try
        {
            response = await pipeline.Invoker.SendAsync(request, scope.Token).ConfigureAwait(false);
            if (MayBeOpen(response))
            {
                handshake.Check(call, request.Endpoint.Authority, response);
                Stream transport = await response.Content.ReadAsStreamAsync(scope.Token).ConfigureAwait(false);
                return new ProxmoxWebSocketStream(response, transport, Name(call, request), options, time);
            }

            using PooledBuffer body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            throw ErrorFactory.Create(call, request.Endpoint.Authority, response, body.Span);
        }
        catch (Exception exception)
        {
            response?.Dispose();
            if (scope.Translate(request.Endpoint.Authority, exception) is { } failure)
            {
                throw failure;
            }

            throw;
        }
    }

    private static bool MayBeOpen(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.SwitchingProtocols || response.IsSuccessStatusCode;

    private static string Name(ApiCall call, ApiRequestMessage request) => $"{call} on {request.Endpoint.Authority}";
}
