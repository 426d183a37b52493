using ProxSharp.Authentication;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Testing;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>
/// The server that whole backups go to: a simulator of its own, or the one that <c>PROXSHARP_TEST_PBS</c> names. All that a test stores lies in a
/// namespace of its own, which is removed with everything in it.
/// </summary>
internal sealed class BackupServer : IAsyncDisposable
{
    private const string Secret = "6f1c2f0e-1111-2222-3333-444455556666";

    private readonly LiveServer _live = new(ProxmoxProduct.BackupServer);
    private readonly PbsSimulator? _simulator;
    private readonly ProxmoxClientOptions _options;

    private BackupServer(PbsSimulator? simulator)
    {
        _simulator = simulator;
        _options = simulator is null ? _live.Options : Options(simulator, Secret);
        Client = Connect();
        Namespace = BackupNamespace.Parse($"proxsharp-{Guid.NewGuid().ToString("N")[..12]}");
        Inner = BackupNamespace.Parse($"{Namespace}/inner");
    }

    /// <summary>The simulator; a test that asks for it is skipped on a real server.</summary>
    public PbsSimulator Simulator
    {
        get
        {
            Assert.SkipWhen(_simulator is null, "This test needs the simulator.");
            return _simulator;
        }
    }

    public PbsClient Client { get; }

    /// <summary>The datastore: <c>PROXSHARP_TEST_PBS_DATASTORE</c>, or <c>store1</c>.</summary>
    public Datastore Store => Client.Datastores[_live.Find("DATASTORE") ?? "store1"];

    /// <summary>The test's own namespace.</summary>
    public BackupNamespace Namespace { get; }

    /// <summary>A namespace inside of it.</summary>
    public BackupNamespace Inner { get; }

    public BackupSnapshotCollection Snapshots => Store.Namespaces[Namespace].Snapshots;

    public static async Task<BackupServer> StartAsync()
    {
        PbsSimulator? simulator = new LiveServer(ProxmoxProduct.BackupServer).IsNamed ? null : await StartSimulatorAsync();
        BackupServer server = new(simulator);
        await server.Store.Namespaces[server.Inner].CreateWithParentsAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Starts a simulator with one datastore, and a token that administers it.</summary>
    public static Task<PbsSimulator> StartSimulatorAsync(string? directory = null, params string[] namespaces) => PbsSimulator.StartAsync(
        new PbsSimulatorOptions
        {
            Delays = false,
            DatastoreDirectory = directory,
            Scenario = server => server
                .AddDatastore("store1", namespaces: namespaces)
                .AddUser("backup@pbs", null)
                .AddToken("backup@pbs", "ci", Secret)
                .Grant("/datastore/store1", "backup@pbs", "DatastoreAdmin")
                .Grant("/datastore/store1", "backup@pbs!ci", "DatastoreAdmin"),
        },
        TestContext.Current.CancellationToken);

    /// <summary>Connects to a simulator that <see cref="StartSimulatorAsync"/> started.</summary>
    public static PbsClient Connect(PbsSimulator simulator) => new(Options(simulator, Secret));

    public PbsClient Connect() => new(_options);

    /// <summary>Makes a backup in the test's namespace, unless the options name one.</summary>
    public Task<BackupResult> BackUpAsync(
        BackupGroupPath group, IReadOnlyList<BackupSource> sources, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new BackupOptions();
        options = options.Namespace == BackupNamespace.Root ? options with { Namespace = Namespace } : options;
        return Store.BackupAsync(group, sources, options, cancellationToken == default ? TestContext.Current.CancellationToken : cancellationToken);
    }

    /// <summary>Opens a snapshot to restore from it.</summary>
    public Task<SnapshotReader> OpenAsync(BackupResult result, CryptConfig? key = null) => Store.OpenSnapshotAsync(
        result.Snapshot, new SnapshotOpenOptions { Namespace = result.Namespace, Key = key }, TestContext.Current.CancellationToken);

    /// <summary>Opens a snapshot for reading its parts.</summary>
    public Task<BackupReaderSession> ReadAsync(BackupResult result)
        => BackupReaderSession.OpenAsync(Store, result.Namespace, result.Snapshot, cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_simulator is null)
            await Store.Namespaces[Namespace].DeleteAsync(deleteGroups: true, cancellationToken: CancellationToken.None);
        await Client.DisposeAsync();
        await (_simulator?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static ProxmoxClientOptions Options(PbsSimulator simulator, string secret) => LiveServer.OptionsFor(
        ProxmoxProduct.BackupServer, simulator.Endpoint.ToString(), simulator.Fingerprint, $"backup@pbs!ci:{secret}");
}
