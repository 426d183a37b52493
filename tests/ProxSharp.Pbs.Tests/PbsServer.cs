using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Pbs.Tests;

/// <summary>
/// The server a class of tests works on: a simulator of its own, or the server that <c>PROXSHARP_TEST_PBS</c> names. Tests that may run live touch only
/// what they have created themselves, and remove it.
/// </summary>
public sealed class PbsServer : IAsyncLifetime
{
    private static readonly LiveServer s_live = new(ProxmoxProduct.BackupServer);
    private PbsSimulator? _simulator;

    /// <summary>True if the server is a real one.</summary>
    public bool IsLive => s_live.IsNamed;

    /// <summary>A client with an API token.</summary>
    public PbsClient Pbs { get; private set; } = null!;

    /// <summary>A datastore for namespaces of the tests: <c>PROXSHARP_TEST_PBS_DATASTORE</c>, or <c>store1</c>.</summary>
    public Datastore Store => Pbs.Datastores[s_live.Find("DATASTORE") ?? "store1"];

    /// <summary>The datastore with the snapshots that the simulator starts with; tests that use it are skipped on a real server.</summary>
    public Datastore Filled
    {
        get
        {
            Assert.SkipWhen(IsLive, "This test needs the simulator.");
            return Pbs.Datastores["store1"];
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (IsLive)
        {
            Pbs = new PbsClient(s_live.Options);
            return;
        }

        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
        Pbs = new PbsClient(LiveServer.OptionsFor(
            ProxmoxProduct.BackupServer, _simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultBackupServer.TokenId}:{DefaultBackupServer.TokenSecret}"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Pbs.DisposeAsync();
        await (_simulator?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
