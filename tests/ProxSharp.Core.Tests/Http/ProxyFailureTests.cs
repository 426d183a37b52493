using System.Net;
using System.Net.Sockets;
using ProxSharp.Http;

namespace ProxSharp.Core.Tests.Http;

/// <summary>A proxy that is away does not pass for the server.</summary>
public sealed class ProxyFailureTests
{
    [Fact]
    public async Task DescribeProxy_ProxyThatRefuses_IsNamed()
    {
        int port = ClosedPort();
        WebProxy proxy = new($"http://127.0.0.1:{port}");
        HttpRequestException failure = await FailureAsync(proxy);

        string message = Describe(failure, proxy)!;

        Assert.Contains($"no connection to the proxy http://127.0.0.1:{port} (", message, StringComparison.Ordinal);
        Assert.Contains("https_proxy", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DescribeProxy_ProxyThatIsNotAsked_IsNotNamed()
    {
        int port = ClosedPort();
        WebProxy proxy = new($"http://127.0.0.1:{port}");
        HttpRequestException failure = await FailureAsync(proxy);
        WebProxy other = new("http://proxy.test:3128");
        WebProxy bypassed = new($"http://127.0.0.1:{port}", BypassOnLocal: false, ["server"]);

        Assert.Null(Describe(failure, other));
        Assert.Null(Describe(failure, bypassed));
    }

    [Fact]
    public void DescribeProxy_TunnelThatIsRefused_TellsWhatTheProxySaid()
    {
        WebProxy proxy = new("http://user:hidden@proxy.test:3128");
        HttpRequestException failure = new(HttpRequestError.ProxyTunnelError, "The proxy tunnel request to proxy 'http://user:hid@den@proxy.test:3128/' failed with status code '403'.\".");

        string message = Describe(failure, proxy)!;

        Assert.Contains("the proxy http://proxy.test:3128 does not let the connection through", message, StringComparison.Ordinal);
        Assert.Contains("'403'", message, StringComparison.Ordinal);
        Assert.Contains("'403').", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hid", message, StringComparison.Ordinal);
        Assert.DoesNotContain("den", message, StringComparison.Ordinal);
    }

    [Fact]
    public void DescribeProxy_NoConnectionInTime_NamesTheProxy()
    {
        OperationCanceledException late = new("late", new TimeoutException());

        Assert.Contains(
            "no connection in time through the proxy http://proxy.test:3128", Describe(late, new WebProxy("http://proxy.test:3128")), StringComparison.Ordinal);
    }

    private static string? Describe(Exception failure, IWebProxy proxy) => TransportFailures.DescribeProxy(failure, "server.test:8006", proxy);

    private static async Task<HttpRequestException> FailureAsync(WebProxy proxy)
    {
        using SocketsHttpHandler handler = new() { Proxy = proxy };
        using HttpClient client = new(handler);
        return await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("https://server.test:8006/"), TestContext.Current.CancellationToken));
    }

    private static int ClosedPort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
