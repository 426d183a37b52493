using ProxSharp.Pve.Api;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests;

/// <summary>
/// The cluster a class of tests works on: a simulator of its own, or the server that <c>PROXSHARP_TEST_PVE</c> names. Tests that may run live touch
/// only what they have created themselves, and remove it.
/// </summary>
public sealed class PveCluster : IAsyncLifetime
{
    private static readonly LiveServer s_live = new(ProxmoxProduct.VirtualEnvironment);
    private PveSimulator? _simulator;

    /// <summary>True if the cluster is a real one.</summary>
    public bool IsLive => s_live.IsNamed;

    /// <summary>A client with an API token.</summary>
    public PveClient Pve { get; private set; } = null!;

    /// <summary>How the client reaches the cluster.</summary>
    public ProxmoxClientOptions Options { get; private set; } = null!;

    /// <summary>The simulator; a test that asks for it is skipped on a real cluster.</summary>
    public PveSimulator Simulator
    {
        get
        {
            Assert.SkipWhen(_simulator is null, "This test needs the simulator.");
            return _simulator;
        }
    }

    /// <summary>A node that is online.</summary>
    public string Node { get; private set; } = "";

    /// <summary>A storage for disks of new guests: <c>PROXSHARP_TEST_PVE_STORAGE</c>, or <c>local</c>.</summary>
    public string Storage => s_live.Find("STORAGE") ?? "local";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (IsLive)
        {
            Options = s_live.Options;
        }
        else
        {
            _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
            Options = LiveServer.OptionsFor(
                ProxmoxProduct.VirtualEnvironment, _simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultCluster.TokenId}={DefaultCluster.TokenSecret}");
        }

        Pve = new PveClient(Options);
        Node = (await Pve.Nodes.ListAsync()).First(static node => node.Status == NodeStatus.Online).Node;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Pve.DisposeAsync();
        await (_simulator?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
