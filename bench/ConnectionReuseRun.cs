using System.Diagnostics;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>150 protected calls one after the other against the simulator, with and without the repair of the doubled Connection header.</summary>
internal static class ConnectionReuseRun
{
    private const int Calls = 150;

    public static async Task RunAsync()
    {
        (long handshakesWithout, TimeSpan without) = await MeasureAsync(repair: false);
        (long handshakesWith, TimeSpan with) = await MeasureAsync(repair: true);
        Report.Line($"{Calls} protected calls", $"{handshakesWith} TLS handshakes, {with.TotalMilliseconds:F0} ms", $"{handshakesWithout} TLS handshakes, {without.TotalMilliseconds:F0} ms without the filter", without / with);
    }

    private static async Task<(long Handshakes, TimeSpan Elapsed)> MeasureAsync(bool repair)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync();
        await using PveClient client = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
            RepairConnectionHeader = repair,
        });
        await client.Raw.GetAsync("/nodes/pve1/qemu/100/status/current");
        long before = simulator.Traffic.Connections;
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < Calls; i++)
        {
            await client.Raw.GetAsync("/nodes/pve1/qemu/100/status/current");
        }

        return (simulator.Traffic.Connections - before, watch.Elapsed);
    }
}
