using System.Net;

namespace ProxSharp.Http;

/// <summary>An exchange after which the connection speaks another protocol.</summary>
/// <param name="protocol">The protocol to ask for, as the Upgrade header names it.</param>
internal readonly struct UpgradeExchange(string protocol) : IExchange<UpgradedConnection>
{
    private readonly string _protocol = protocol;

    /// <summary>False: the time for the call ends when the connection is upgraded.</summary>
    public bool KeepsScope => false;

    public UpgradedConnection Send(Pipeline pipeline, ApiCall call, CallScope scope)
    {
        using ApiRequestMessage request = Write(pipeline, call, _protocol);
        HttpResponseMessage? response = null;
        try
        {
            response = pipeline.Invoker.Send(request, scope.Token);
            if (IsUpgraded(call, request, response))
            {
                return new UpgradedConnection(response, response.Content.ReadAsStream(scope.Token), request.Endpoint.Authority);
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

    public Task<UpgradedConnection> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope) => SendAsync(pipeline, call, scope, _protocol);

    private static async Task<UpgradedConnection> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope, string protocol)
    {
        using ApiRequestMessage request = Write(pipeline, call, protocol);
        HttpResponseMessage? response = null;
        try
        {
            response = await pipeline.Invoker.SendAsync(request, scope.Token).ConfigureAwait(false);
            if (IsUpgraded(call, request, response))
            {
                Stream transport = await response.Content.ReadAsStreamAsync(scope.Token).ConfigureAwait(false);
                return new UpgradedConnection(response, transport, request.Endpoint.Authority);
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

    private static ApiRequestMessage Write(Pipeline pipeline, ApiCall call, string protocol)
    {
        ApiRequestMessage request = pipeline.Write(call);

        // Proxmox: the value is compared as it stands, upper and lower case included.
        request.Headers.TryAddWithoutValidation("Connection", "upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", protocol);
        return request;
    }

    private static bool IsUpgraded(ApiCall call, ApiRequestMessage request, HttpResponseMessage response)
        => response.IsSuccessStatusCode
            ? throw new ProxmoxProtocolException(
                $"Unable to {call.Action ?? call.ToString()} through {request.Endpoint.Authority}: the server answered without changing the protocol. "
                + "A proxy in between must pass the Upgrade and Connection headers on.")
            : response.StatusCode == HttpStatusCode.SwitchingProtocols;
}
