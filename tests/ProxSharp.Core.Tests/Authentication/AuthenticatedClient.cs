using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

/// <summary>The handler under test in front of a fake server, with the way of calling as a parameter.</summary>
internal sealed class AuthenticatedClient : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly string _root;

    public AuthenticatedClient(ProxmoxCredentials credentials, ProxmoxProduct product = ProxmoxProduct.VirtualEnvironment, string root = "https://pve1:8006")
    {
        _root = root;
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 8, 0, 0, TimeSpan.Zero));
        Server = new FakeServer(product, Time);
        _invoker = new HttpMessageInvoker(new AuthenticationHandler(product, credentials, Time, Log) { InnerHandler = Server });
    }

    public FakeTimeProvider Time { get; }

    public FakeServer Server { get; }

    public CapturedLog Log { get; } = new();

    /// <summary>Makes a call and returns its status.</summary>
    public async Task<int> CallAsync(bool synchronous, string verb = "GET", HttpContent? content = null, string path = "/version", CancellationToken cancellationToken = default)
    {
        using HttpRequestMessage request = new(new HttpMethod(verb), $"{_root}/api2/json{path}") { Content = content };
        request.Headers.UserAgent.ParseAdd("Test/1.0");
        using HttpResponseMessage response = synchronous ? _invoker.Send(request, cancellationToken) : await _invoker.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    public void Dispose() => _invoker.Dispose();

    /// <summary>Keeps what was logged, exceptions included.</summary>
    internal sealed class CapturedLog : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
    }
}
