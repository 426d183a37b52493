using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp.Operations.Http;

/// <summary>Stands directly before the sockets: whatever way a request took, it passes here.</summary>
internal sealed class DoorHandler(Door door, HttpMessageHandler innerHandler) : ProxmoxHandler(innerHandler)
{
    private const string Login = "/api2/json/access/ticket";

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Check(request);
        return SendInner(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Check(request);
        return SendInnerAsync(request, cancellationToken);
    }

    private void Check(HttpRequestMessage request)
    {
        if (request is ApiRequestMessage { Call: { } call })
        {
            door.Check(call, PathOf(request));
            return;
        }

        // The client's own login is no call: it has no ApiCall and comes from the chain alone.
        if (request.Method != HttpMethod.Post || request.RequestUri?.AbsolutePath != Login)
        {
            throw Door.Refuse($"{request.Method} {request.RequestUri?.AbsolutePath}", OperationClass.Privileged);
        }
    }

    // The address is judged, not what the call says about itself: an operation can be made with any template.
    private static string? PathOf(HttpRequestMessage request)
    {
        const string root = "/api2/json";
        string path = request.RequestUri!.AbsolutePath;
        return path == root ? "/" : path.StartsWith(root + "/", StringComparison.Ordinal) ? path[root.Length..] : null;
    }
}
