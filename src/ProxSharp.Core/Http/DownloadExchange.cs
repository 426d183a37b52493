using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>An exchange whose answer is a stream of bytes that the caller reads.</summary>
internal readonly struct DownloadExchange : IExchange<ApiDownload>
{
    public bool KeepsScope => true;

    public ApiDownload Send(Pipeline pipeline, ApiCall call, CallScope scope)
    {
        using ApiRequestMessage request = pipeline.Write(call);
        string host = request.Endpoint.Authority;
        HttpResponseMessage? response = null;
        try
        {
            response = pipeline.Invoker.Send(request, scope.Token);
            host = request.Endpoint.Authority;
            if (response.IsSuccessStatusCode)
            {
                return Open(response, response.Content.ReadAsStream(scope.Token), scope, host);
            }

            using PooledBuffer body = ResponseBody.Read(response, scope.Token);
            throw ErrorFactory.Create(call, host, response, body.Span);
        }
        catch (Exception exception)
        {
            response?.Dispose();
            if (scope.Translate(host, exception) is { } failure)
            {
                throw failure;
            }

            throw;
        }
    }

    public async Task<ApiDownload> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope)
    {
        using ApiRequestMessage request = pipeline.Write(call);
        string host = request.Endpoint.Authority;
        HttpResponseMessage? response = null;
        try
        {
            response = await pipeline.Invoker.SendAsync(request, scope.Token).ConfigureAwait(false);
            host = request.Endpoint.Authority;
            if (response.IsSuccessStatusCode)
            {
                return Open(response, await response.Content.ReadAsStreamAsync(scope.Token).ConfigureAwait(false), scope, host);
            }

            using PooledBuffer body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            throw ErrorFactory.Create(call, host, response, body.Span);
        }
        catch (Exception exception)
        {
            response?.Dispose();
            if (scope.Translate(host, exception) is { } failure)
            {
                throw failure;
            }

            throw;
        }
    }

    private static ApiDownload Open(HttpResponseMessage response, Stream body, CallScope scope, string host)
    {
        long? length = GzipBody.Is(response) ? null : response.Content.Headers.ContentLength;
        DownloadStream content = new(GzipBody.Decode(response, body), scope, host, length);
        return new ApiDownload(content, length, response.Content.Headers.ContentType?.MediaType, new Owner(response, scope));
    }

    /// <summary>Holds the connection of a download and lets it go.</summary>
    private sealed class Owner : IDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly CallScope _scope;
        private readonly CancellationTokenRegistration _abort;

        public Owner(HttpResponseMessage response, CallScope scope)
        {
            (_response, _scope) = (response, scope);
            _abort = scope.Token.UnsafeRegister(static state => ((HttpResponseMessage)state!).Dispose(), response);
        }

        public void Dispose()
        {
            _abort.Dispose();
            _response.Dispose();
            _scope.Dispose();
        }
    }
}
