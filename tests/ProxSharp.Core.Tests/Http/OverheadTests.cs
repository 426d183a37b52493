using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>What a small call costs beyond a bare HTTP client with the same handler.</summary>
public sealed class OverheadTests
{
    private const long Budget = 2048;

    private static readonly ApiOperation s_read = new(ApiMethod.Get, "/nodes/{node}/status");
    private static readonly byte[] s_answer = """{"data":{"uptime":12}}"""u8.ToArray();

    [Fact]
    public void Get_SmallAnswer_AllocatesLittleMoreThanABareClient()
    {
        using Handler stub = new();
        using TestConnection connection = new(static _ => StubHandler.Json("{}"), change: options => options with { Handler = _ => stub });
        using HttpClient bare = new(stub, disposeHandler: false);
        long ours = Measure(() => connection.Connection.Send(s_read, new ApiParameters(1) { { "node", "pve1" } }, ApiReaders.Nothing));
        long theirs = Measure(() =>
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "https://pve1:8006/api2/json/nodes/pve1/status");
            using HttpResponseMessage response = bare.Send(request);
            using Stream stream = response.Content.ReadAsStream();
            using JsonDocument document = JsonDocument.Parse(stream);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{ours} bytes against {theirs}");
        Assert.InRange(ours - theirs, long.MinValue, Budget);
    }

    private static long Measure(Action call)
    {
        for (int round = 0; round < 50; round++)
        {
            call();
        }

        // The least of several: the shared array pool gives and takes arrays as other tests need them.
        const int Rounds = 100;
        long least = long.MaxValue;
        for (int series = 0; series < 10; series++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < Rounds; round++)
            {
                call();
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds);
        }

        return least;
    }

    private sealed class Handler : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new() { Content = new ByteArrayContent(s_answer) };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(s_answer) });
    }
}
