using ProxSharp.Authentication;
using ProxSharp.Backup.Protocol;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Tls;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A simulated backup server with one datastore, and a client for it.</summary>
internal sealed class SimulatedServer : IAsyncDisposable
{
    private const string Secret = "6f1c2f0e-1111-2222-3333-444455556666";

    private SimulatedServer(PbsSimulator simulator)
    {
        Simulator = simulator;
        Client = Connect();
    }

    public PbsSimulator Simulator { get; }

    public PbsClient Client { get; }

    public Datastore Store => Client.Datastores["store1"];

    public static async Task<SimulatedServer> StartAsync()
        => new(await PbsSimulator.StartAsync(
            new PbsSimulatorOptions
            {
                Delays = false,
                Scenario = static server => server
                    .AddDatastore("store1", namespaces: ["a", "a/b"])
                    .AddUser("backup@pbs", null)
                    .AddToken("backup@pbs", "ci", Secret)
                    .Grant("/datastore/store1", "backup@pbs", "DatastoreAdmin")
                    .Grant("/datastore/store1", "backup@pbs!ci", "DatastoreAdmin"),
            },
            TestContext.Current.CancellationToken));

    public PbsClient Connect() => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(Simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
        Credentials = ProxmoxCredentials.ApiToken("backup@pbs!ci", Secret),
        Trust = ServerTrust.Pin(Simulator.Fingerprint),
    });

    /// <summary>Opens a snapshot for reading.</summary>
    public Task<BackupReaderSession> ReadAsync(BackupResult result)
        => BackupReaderSession.OpenAsync(Store, result.Namespace, result.Snapshot, cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
