using BenchmarkDotNet.Attributes;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;

namespace ProxSharp.Bench;

/// <summary>One small GET through the whole client against a bare <see cref="HttpClient"/>, both over the same handler that answers at once.</summary>
[MemoryDiagnoser]
public class CallOverheadBenchmarks : IDisposable
{
    private const string Address = "https://pve1:8006";

    private readonly HttpClient _bare = new(new FixedAnswerHandler(), disposeHandler: true);
    private readonly PveClient _client = new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(Address, ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken("root@pam!bench", "00000000-0000-0000-0000-000000000000"),
        Handler = static _ => new FixedAnswerHandler(),
    });

    private readonly PveApi _api;
    private readonly Uri _uri = new(Address + "/api2/json/nodes/pve1/qemu/100/status/current");

    /// <summary>Binds the typed API to the client.</summary>
    public CallOverheadBenchmarks() => _api = new PveApi(_client.Connection);

    /// <summary>The baseline: send and read the body.</summary>
    [Benchmark(Baseline = true)]
    public async Task<int> HttpClientGet()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _uri);
        request.Headers.TryAddWithoutValidation("Authorization", "PVEAPIToken=root@pam!bench=00000000-0000-0000-0000-000000000000");
        using HttpResponseMessage response = await _bare.SendAsync(request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        return body.Length;
    }

    /// <summary>The same call with validation, authentication, logging hooks and a typed result.</summary>
    [Benchmark]
    public async Task<long?> TypedCall() => (await _api.Nodes.Qemu.Status.GetCurrentAsync("pve1", 100)).Data.Uptime;

    /// <summary>Closes both clients.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _bare.Dispose();
        _client.Dispose();
        GC.SuppressFinalize(this);
    }
}
