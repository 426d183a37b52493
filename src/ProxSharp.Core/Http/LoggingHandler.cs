using Microsoft.Extensions.Logging;

namespace ProxSharp.Http;

/// <summary>Logs each request with its path, never its query, body or headers, because those may hold secrets.</summary>
internal sealed class LoggingHandler : ProxmoxHandler
{
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    public LoggingHandler(ILogger logger, TimeProvider time, HttpMessageHandler inner)
        : base(inner)
        => (_logger, _time) = (logger, time);

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_logger.IsEnabled(LogLevel.Debug))
        {
            return SendInner(request, cancellationToken);
        }

        long start = _time.GetTimestamp();
        try
        {
            return Answered(request, SendInner(request, cancellationToken), start);
        }
        catch (Exception exception) when (Failed(request, start, exception))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => _logger.IsEnabled(LogLevel.Debug) ? SendLoggedAsync(request, cancellationToken) : SendInnerAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> SendLoggedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        try
        {
            return Answered(request, await SendInnerAsync(request, cancellationToken).ConfigureAwait(false), start);
        }
        catch (Exception exception) when (Failed(request, start, exception))
        {
            throw;
        }
    }

    private HttpResponseMessage Answered(HttpRequestMessage request, HttpResponseMessage response, long start)
    {
        (string server, string path, double milliseconds) = Describe(request, start);
        Log.Answered(_logger, request.Method.Method, server, path, (int)response.StatusCode, milliseconds);
        return response;
    }

    private bool Failed(HttpRequestMessage request, long start, Exception exception)
    {
        (string server, string path, double milliseconds) = Describe(request, start);
        Log.Failed(_logger, request.Method.Method, server, path, milliseconds, exception);
        return false;
    }

    private (string Server, string Path, double Milliseconds) Describe(HttpRequestMessage request, long start)
        => (request.RequestUri?.Authority ?? "", request.RequestUri?.AbsolutePath ?? "", _time.GetElapsedTime(start).TotalMilliseconds);
}
