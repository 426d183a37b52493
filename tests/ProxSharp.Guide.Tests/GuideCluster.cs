using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Guide.Tests;

/// <summary>The simulated cluster that the code of a page runs against.</summary>
public sealed class GuideCluster : IAsyncLifetime
{
    public PveSimulator Simulator { get; private set; } = null!;

    public PveClient Pve { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
        Pve = new PveClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(Simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(Simulator.Fingerprint),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Pve.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
