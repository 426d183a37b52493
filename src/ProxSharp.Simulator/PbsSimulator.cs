using System.Security.Cryptography.X509Certificates;
using ProxSharp.Pbs.Api;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Hosting;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Pbs;
using ProxSharp.Simulator.Pbs.Certificates;
using ProxSharp.Simulator.Pbs.Content;
using ProxSharp.Simulator.Pbs.Jobs;
using ProxSharp.Simulator.Pbs.Sessions;
using ProxSharp.Simulator.Pbs.Tape;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator.Shapes;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator;

/// <summary>A Proxmox Backup Server in this process: its REST API over TLS on the loopback address, and backup and reader sessions, which the official client can use.</summary>
/// <example>
/// <code>
/// await using PbsSimulator simulator = await PbsSimulator.StartAsync();
/// // Connect to simulator.Endpoint, trusting simulator.Fingerprint, as DefaultBackupServer.DemoUser with DefaultBackupServer.DemoPassword.
/// </code>
/// </example>
public sealed class PbsSimulator : IAsyncDisposable
{
    private const int TicketSeed = 20260203;

    private readonly SimulatorHost _host;
    private readonly HttpServerContext _server;
    private readonly PbsSimulatorOptions _options;
    private readonly TicketOffice _tickets;
    private readonly SessionServer _sessions;

    private PbsSimulator(SimulatorHost host, HttpServerContext server, SessionServer sessions, PbsSimulatorOptions options, TicketOffice tickets, PbsState state) =>
        (_host, _server, _sessions, _options, _tickets, State) = (host, server, sessions, options, tickets, state);

    /// <summary>Where it listens, for example <c>https://127.0.0.1:41234/</c>.</summary>
    public Uri Endpoint => _host.Endpoint;

    /// <summary>The SHA-256 fingerprint of its certificate: upper-case hex pairs with colons.</summary>
    public string Fingerprint => _host.Fingerprint;

    /// <summary>Its certificate in PEM, for clients that trust a file of authorities.</summary>
    public string CertificatePem => _host.Certificate.ExportCertificatePem();

    /// <summary>Makes requests fail on purpose.</summary>
    public FaultInjector Faults => _server.Faults;

    /// <summary>What came in so far.</summary>
    public SimulatorTraffic Traffic => _server.Traffic;

    /// <summary>The consoles that clients asked for so far, oldest first.</summary>
    public IReadOnlyList<SimulatedConsole> Consoles
    {
        get
        {
            lock (State.Gate)
            {
                return State.Consoles.All;
            }
        }
    }

    internal PbsState State { get; private set; }

    /// <summary>Looks into a datastore past the API. After <see cref="Reset"/> ask again.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such datastore.</exception>
    public SimulatedDatastore GetDatastore(string name)
    {
        PbsState state = State;
        lock (state.Gate)
        {
            return state.Datastores.TryGetValue(name, out Datastore? store)
                ? new SimulatedDatastore(store, state.Gate, state.Time)
                : throw new ArgumentException($"There is no datastore '{name}'.", nameof(name));
        }
    }

    /// <summary>Starts a simulator.</summary>
    /// <param name="options">How it starts; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<PbsSimulator> StartAsync(PbsSimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PbsSimulatorOptions();
        PbsState state = BuildState(options);
        TicketOffice tickets = new("PBS", options.TimeProvider, signatureLength: 64, new Random(TicketSeed));
        FaultInjector faults = new(tickets.Rotate);
        SimulatorTraffic traffic = new();
        SessionServer sessions = await SessionServer.StartAsync(cancellationToken).ConfigureAwait(false);
        HttpServerContext server = new()
        {
            Pipeline = BuildPipeline(new SessionServices(state, sessions, faults, traffic, options.Delays), tickets, options),
            Writer = new PbsResponseWriter(options.TimeProvider),
            Limits = RequestHeadLimits.Pbs,
            Faults = faults,
            Traffic = traffic,
            Time = options.TimeProvider,
            IdleTime = options.TimeProvider is SimulatedClock ? TimeProvider.System : options.TimeProvider,
            IdleTimeout = TimeSpan.FromSeconds(120),
            MaximumRequests = int.MaxValue,
            ClosesOnError = false,
        };
        try
        {
            X509Certificate2 certificate = SimulatorCertificate.Create(state.NodeName, [state.NodeName]);
            SimulatorHost host = await SimulatorHost.StartAsync(server, certificate, options.Port, cancellationToken).ConfigureAwait(false);
            PbsSimulator simulator = new(host, server, sessions, options, tickets, state);
            state.Certificate = host.Certificate;
            RemoteServers.Add(host.Endpoint.Port, () => simulator.State);
            return simulator;
        }
        catch
        {
            await sessions.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Builds the scenario anew: datastores, users, tasks are as at the start. Connections, faults and the tickets handed out stay; what was stored in a
    /// <see cref="PbsSimulatorOptions.DatastoreDirectory"/> stays too.
    /// </summary>
    public void Reset()
    {
        PbsState state = BuildState(_options);
        state.Certificate = _host.Certificate;
        _server.Pipeline = BuildPipeline(new SessionServices(state, _sessions, Faults, Traffic, _options.Delays), _tickets, _options);
        State = state;
    }

    /// <summary>Stops it and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        RemoteServers.Remove(Endpoint.Port);
        await _host.DisposeAsync().ConfigureAwait(false);
        await _sessions.DisposeAsync().ConfigureAwait(false);
    }

    private static PbsState BuildState(PbsSimulatorOptions options)
    {
        PbsState state = new(PbsApiSchema.Embedded, options.TimeProvider, options.TaskDuration) { DatastoreDirectory = options.DatastoreDirectory, Version = options.Version };
        BackupServerBuilder builder = new(state);
        builder.AddUser("root@pam", null);
        PbsViewHandlers.AddDefaults(state);
        options.Scenario(builder);
        return state;
    }

    private static PbsPipeline BuildPipeline(SessionServices services, TicketOffice tickets, PbsSimulatorOptions options)
    {
        PbsState state = services.State;
        state.Tasks.Saboteur = request => services.Faults.TakeTaskFault(request.Type, request.Id, request.Node);
        FallbackHandler collections = new(state, new ShapeValues(state.Schema));
        return new PbsPipeline(state, new PbsAuthentication(state, tickets), Handlers(services, tickets, collections), collections, options.Delays);
    }

    private static HandlerTable Handlers(SessionServices services, TicketOffice tickets, FallbackHandler collections)
    {
        PbsState state = services.State;
        HandlerTable table = new(state.Schema);
        new PbsLoginHandlers(state, tickets).Register(table);
        new PbsAccessHandlers(state).Register(table);
        new FactorHandlers(state, state.Random).Register(table);
        new DatastoreHandlers(state).Register(table);
        new NamespaceHandlers(state).Register(table);
        new MoveHandlers(state).Register(table);
        new SnapshotHandlers(state).Register(table);
        MaintenanceHandlers maintenance = new(state);
        maintenance.Register(table);
        new ContentHandlers(state).Register(table);
        JobAccess jobs = new(state);
        state.CollectionRules = new PbsCollectionRules(state, jobs);
        new JobHandlers(state, maintenance, jobs).Register(table);
        new S3Handlers(state).Register(table);
        new DriveHandlers(state).Register(table);
        new ChangerHandlers(state).Register(table);
        new MediaHandlers(state).Register(table);
        new TapeJobHandlers(state).Register(table);
        new PbsTaskHandlers(state).Register(table);
        new PbsViewHandlers(state).Register(table);
        new PbsRrdHandlers(state).Register(table);
        new NotificationHandlers(state, collections).Register(table);
        new EncryptionKeyHandlers(state).Register(table);
        new PbsNotificationFields(state).Register(table);
        new PbsServiceHandlers(state).Register(table);
        new PbsDiskHandlers(state).Register(table);
        new PbsSoftwareHandlers(state).Register(table);
        new PbsAcmeHandlers(state, new ItemProjection(new ShapeValues(state.Schema), state.Schema.Product)).Register(table);
        new PbsConsoleHandlers(state).Register(table);
        DateTimeOffset booted = state.Now.AddHours(-1);
        new LogHandlers(state, "proxmox-backup-proxy", _ => booted).Register(table);
        new SessionOpener(services).Register(table);
        return table;
    }
}
