using ProxSharp.Authentication;
using ProxSharp.Pve.Api;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests;

/// <summary>
/// The cluster a class of tests works on: a simulator of its own, or the server that <c>PROXSHARP_TEST_PVE_URL</c> names. Tests that may run live touch
/// only what they have created themselves, and remove it.
/// </summary>
public sealed class PveCluster : IAsyncLifetime
{
    private PveSimulator? _simulator;

    /// <summary>True if the cluster is a real one.</summary>
    public bool IsLive => Setting("URL") is not null;

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
    public string Storage => Setting("STORAGE") ?? "local";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (IsLive)
        {
            Options = OptionsFor(Setting("URL")!, Required("FINGERPRINT"), Required("TOKEN"));
        }
        else
        {
            _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
            Options = OptionsFor(_simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultCluster.TokenId}={DefaultCluster.TokenSecret}");
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

    private static ProxmoxClientOptions OptionsFor(string url, string fingerprint, string token)
    {
        int secret = token.LastIndexOf('=');
        return new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(url, ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(token[..secret], token[(secret + 1)..]),
            Trust = ServerTrust.Pin(fingerprint),
        };
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable($"PROXSHARP_TEST_PVE_{name}") is { Length: > 0 } value ? value : null;

    private static string Required(string name) =>
        Setting(name) ?? throw new InvalidOperationException($"PROXSHARP_TEST_PVE_URL is set, so PROXSHARP_TEST_PVE_{name} must be too.");
}
