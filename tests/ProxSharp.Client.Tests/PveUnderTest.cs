using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Client.Tests;

/// <summary>A Proxmox VE cluster: simulated, or the one that <c>PROXSHARP_TEST_PVE</c> names.</summary>
public sealed class PveUnderTest : ServerUnderTest
{
    private PveSimulator? _simulator;
    private PveClient? _client;

    public PveClient Pve => _client!;

    /// <inheritdoc/>
    public override ProxmoxClient Client => _client!;

    private protected override ProxmoxProduct Product => ProxmoxProduct.VirtualEnvironment;

    private protected override void Connect(ProxmoxClientOptions options) => _client = new PveClient(options);

    private protected override async Task<ProxmoxClientOptions> StartSimulatorAsync()
    {
        _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false });
        return LiveServer.OptionsFor(Product, _simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultCluster.TokenId}={DefaultCluster.TokenSecret}");
    }

    private protected override ValueTask StopSimulatorAsync() => _simulator?.DisposeAsync() ?? ValueTask.CompletedTask;
}
