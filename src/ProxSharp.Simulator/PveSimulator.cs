using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ProxSharp.Pve.Api;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Hosting;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator.Shapes;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator;

/// <summary>A Proxmox VE cluster in this process: TLS on the loopback address, and behind it what a client can tell from the real server.</summary>
/// <example>
/// <code>
/// await using PveSimulator simulator = await PveSimulator.StartAsync();
/// // Connect to simulator.Endpoint, trusting simulator.Fingerprint, as DefaultCluster.DemoUser with DefaultCluster.DemoPassword.
/// </code>
/// </example>
public sealed class PveSimulator : IAsyncDisposable
{
    private readonly SimulatorHost _host;

    private PveSimulator(SimulatorHost host, PveState state, FaultInjector faults, SimulatorTraffic traffic) =>
        (_host, State, Faults, Traffic) = (host, state, faults, traffic);

    /// <summary>Where it listens, for example <c>https://127.0.0.1:41234/</c>.</summary>
    public Uri Endpoint => _host.Endpoint;

    /// <summary>The SHA-256 fingerprint of its certificate: upper-case hex pairs with colons.</summary>
    public string Fingerprint => _host.Fingerprint;

    /// <summary>Its certificate in PEM, for clients that trust a file of authorities.</summary>
    public string CertificatePem => _host.Certificate.ExportCertificatePem();

    /// <summary>Makes requests fail on purpose.</summary>
    public FaultInjector Faults { get; }

    /// <summary>What came in so far.</summary>
    public SimulatorTraffic Traffic { get; }

    internal PveState State { get; }

    /// <summary>Starts a simulator.</summary>
    /// <param name="options">How it starts; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<PveSimulator> StartAsync(PveSimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PveSimulatorOptions();
        PveState state = new(PveApiSchema.Embedded, options.TimeProvider, options.TaskDuration);
        ClusterBuilder builder = new(state);
        builder.AddUser("root@pam", null);
        state.Collections.Put("/access/domains", "pam", new JsonObject { ["type"] = "pam", ["comment"] = "Linux PAM standard authentication" });
        state.Collections.Put("/access/domains", "pve", new JsonObject { ["type"] = "pve", ["comment"] = "Proxmox VE authentication server" });
        options.Scenario(builder);
        if (state.Nodes.Count == 0)
        {
            builder.AddNode("pve1");
        }

        TicketOffice tickets = new("PVE", options.TimeProvider, signatureLength: 256);
        FaultInjector faults = new(tickets.Rotate);
        SimulatorTraffic traffic = new();
        PveDispatcher dispatcher = Handlers(state, tickets, faults);
        HttpServerContext server = new()
        {
            Pipeline = new PvePipeline(state, new PveAuthentication(state, tickets), dispatcher, options.Delays),
            Writer = new PveResponseWriter(options.TimeProvider),
            Limits = RequestHeadLimits.Pve,
            Faults = faults,
            Traffic = traffic,
            Time = options.TimeProvider,
            IdleTimeout = TimeSpan.FromSeconds(5),
            MaximumRequests = 100,
            ClosesOnError = true,
        };
        X509Certificate2 certificate = SimulatorCertificate.Create(state.LocalNode, state.Nodes.Keys);
        state.Fingerprint = SimulatorCertificate.Fingerprint(certificate);
        SimulatorHost host = await SimulatorHost.StartAsync(server, certificate, options.Port, cancellationToken).ConfigureAwait(false);
        return new PveSimulator(host, state, faults, traffic);
    }

    /// <summary>Stops it and closes all connections.</summary>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static PveDispatcher Handlers(PveState state, TicketOffice tickets, FaultInjector faults)
    {
        ShapeValues shapes = new(state.Schema);
        HandlerTable table = new(state.Schema);
        GuestContext context = new(state, shapes);
        new LoginHandlers(state, tickets).Register(table);
        new ClusterHandlers(state, faults).Register(table);
        new PveTaskHandlers(state).Register(table);
        new GuestHandlers(state, context).Register(table);
        new GuestLifecycle(state).Register(table);
        new GuestCreation(state, context).Register(table);
        new GuestCloning(state, context).Register(table);
        new GuestSnapshots(state, context).Register(table);
        new GuestMoving(state, context).Register(table);
        new UserHandlers(state).Register(table);
        new RightsHandlers(state).Register(table);
        new FactorHandlers(state, state.Random).Register(table);
        new PoolHandlers(state).Register(table);
        new StorageHandlers(state).Register(table);
        new ContentHandlers(state, context.Configurator).Register(table);
        return new PveDispatcher(state, table, new FallbackHandler(state, shapes), new ParameterStage(state.Schema), faults);
    }
}
