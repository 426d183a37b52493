using ProxSharp.Authentication;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Pbs.Tests;

/// <summary>
/// The server a class of tests works on: a simulator of its own, or the server that <c>PROXSHARP_TEST_PBS_URL</c> names. Tests that may run live touch only
/// what they have created themselves, and remove it.
/// </summary>
public sealed class PbsServer : IAsyncLifetime
{
    private PbsSimulator? _simulator;

    /// <summary>True if the server is a real one.</summary>
    public bool IsLive => Setting("URL") is not null;

    /// <summary>A client with an API token.</summary>
    public PbsClient Pbs { get; private set; } = null!;

    /// <summary>A datastore for namespaces of the tests: <c>PROXSHARP_TEST_PBS_DATASTORE</c>, or <c>store1</c>.</summary>
    public Datastore Store => Pbs.Datastores[Setting("DATASTORE") ?? "store1"];

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
            Pbs = ClientFor(Setting("URL")!, Required("FINGERPRINT"), Required("TOKEN"));
            return;
        }

        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
        Pbs = ClientFor(_simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultBackupServer.TokenId}:{DefaultBackupServer.TokenSecret}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Pbs.DisposeAsync();
        await (_simulator?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static PbsClient ClientFor(string url, string fingerprint, string token)
    {
        int secret = token.LastIndexOf(':');
        return new PbsClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(url, ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken(token[..secret], token[(secret + 1)..]),
            Trust = ServerTrust.Pin(fingerprint),
        });
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable($"PROXSHARP_TEST_PBS_{name}") is { Length: > 0 } value ? value : null;

    private static string Required(string name) =>
        Setting(name) ?? throw new InvalidOperationException($"PROXSHARP_TEST_PBS_URL is set, so PROXSHARP_TEST_PBS_{name} must be too.");
}
