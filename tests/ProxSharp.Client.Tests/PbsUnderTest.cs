using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Client.Tests;

/// <summary>A Proxmox Backup Server: simulated, or the one that <c>PROXSHARP_TEST_PBS</c> names.</summary>
public sealed class PbsUnderTest : ServerUnderTest
{
    private PbsSimulator? _simulator;
    private PbsClient? _client;

    public PbsClient Pbs => _client!;

    /// <inheritdoc/>
    public override ProxmoxClient Client => _client!;

    private protected override ProxmoxProduct Product => ProxmoxProduct.BackupServer;

    private protected override void Connect(ProxmoxClientOptions options) => _client = new PbsClient(options);

    private protected override async Task<ProxmoxClientOptions> StartSimulatorAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        return LiveServer.OptionsFor(Product, _simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultBackupServer.TokenId}:{DefaultBackupServer.TokenSecret}");
    }

    private protected override ValueTask StopSimulatorAsync() => _simulator?.DisposeAsync() ?? ValueTask.CompletedTask;
}
