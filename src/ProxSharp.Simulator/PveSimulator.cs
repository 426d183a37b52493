using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ProxSharp.Pve.Api;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Hosting;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator.State;

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
    private readonly HttpServerContext _server;
    private readonly PveSimulatorOptions _options;
    private readonly TicketOffice _tickets;

    private PveSimulator(SimulatorHost host, HttpServerContext server, PveSimulatorOptions options, TicketOffice tickets, PveState state) =>
        (_host, _server, _options, _tickets, State) = (host, server, options, tickets, state);

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

    /// <summary>The consoles that were asked for so far, oldest first.</summary>
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

    internal PveState State { get; private set; }

    /// <summary>Starts a simulator.</summary>
    /// <param name="options">How it starts; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<PveSimulator> StartAsync(PveSimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PveSimulatorOptions();
        PveState state = BuildState(options);
        TicketOffice tickets = new("PVE", options.TimeProvider, signatureLength: 256, new Random(options.Seed + 2));
        FaultInjector faults = new(tickets.Rotate);
        HttpServerContext server = new()
        {
            Pipeline = BuildPipeline(state, tickets, faults, options),
            Writer = new PveResponseWriter(options.TimeProvider),
            Limits = RequestHeadLimits.Pve,
            Faults = faults,
            Traffic = new SimulatorTraffic(),
            Time = options.TimeProvider,

            // A simulated clock that jumps must not end connections that nobody left idle.
            IdleTime = options.TimeProvider is SimulatedClock ? TimeProvider.System : options.TimeProvider,
            IdleTimeout = TimeSpan.FromSeconds(5),
            MaximumRequests = 100,
            ClosesOnError = true,
        };
        X509Certificate2 certificate = SimulatorCertificate.Create(state.LocalNode, state.Nodes.Keys);
        (state.Fingerprint, state.CertificatePem) = (SimulatorCertificate.Fingerprint(certificate), certificate.ExportCertificatePem());
        SimulatorHost host = await SimulatorHost.StartAsync(server, certificate, options.Port, cancellationToken).ConfigureAwait(false);
        return new PveSimulator(host, server, options, tickets, state);
    }

    /// <summary>Builds the scenario anew: guests, users, tasks are as at the start. Connections, faults and the tickets handed out stay.</summary>
    public void Reset()
    {
        PveState state = BuildState(_options);
        (state.Fingerprint, state.CertificatePem) = (Fingerprint, CertificatePem);
        _server.Pipeline = BuildPipeline(state, _tickets, Faults, _options);
        State = state;
    }

    /// <summary>
    /// Moves the simulated time on: tasks progress and end in the order they are due, tickets grow old, time series grow, delayed answers
    /// come.
    /// </summary>
    /// <param name="duration">How far; not negative.</param>
    /// <exception cref="InvalidOperationException">The simulator does not run on a <see cref="SimulatedClock"/>.</exception>
    public void Advance(TimeSpan duration)
    {
        if (_options.TimeProvider is not SimulatedClock clock)
        {
            throw new InvalidOperationException($"Start the simulator with a {nameof(SimulatedClock)} to move its time.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        DateTimeOffset target = clock.GetUtcNow() + duration;
        while (NextStep(target) is { } step)
        {
            clock.Advance(step > clock.GetUtcNow() ? step - clock.GetUtcNow() : TimeSpan.Zero);
            Settle();
        }

        clock.Advance(target - clock.GetUtcNow());
        Settle();
    }

    /// <summary>Stops it and closes all connections.</summary>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private DateTimeOffset? NextStep(DateTimeOffset target)
    {
        lock (State.Gate)
        {
            DateTimeOffset?[] moments = [State.Tasks.NextDue, State.Ha.NextRound, State.Jobs.NextDue];
            DateTimeOffset? next = moments.Min();
            return next <= target ? next : null;
        }
    }

    private void Settle()
    {
        lock (State.Gate)
        {
            State.Settle();
        }
    }

    private static PveState BuildState(PveSimulatorOptions options)
    {
        PveState state = new(PveApiSchema.Embedded, options.TimeProvider, options.TaskDuration, options.Seed);
        ClusterBuilder builder = new(state);
        builder.AddUser("root@pam", null);
        state.Collections.Put("/access/domains", "pam", new JsonObject { ["type"] = "pam", ["comment"] = "Linux PAM standard authentication" });
        state.Collections.Put("/access/domains", "pve", new JsonObject { ["type"] = "pve", ["comment"] = "Proxmox VE authentication server" });
        NotificationHandlers.AddBuiltin(state);
        options.Scenario(builder);
        if (state.Nodes.Count == 0)
        {
            builder.AddNode("pve1");
        }

        if (options.StatusInterval > TimeSpan.Zero)
        {
            state.Samples = new StatusSamples(options.StatusInterval);
            state.Samples.Refresh(state);
        }

        return state;
    }

    private static PvePipeline BuildPipeline(PveState state, TicketOffice tickets, FaultInjector faults, PveSimulatorOptions options) =>
        new(state, new PveAuthentication(state, tickets), new PveHandlers(state, tickets, faults).Dispatcher(), options.Delays);
}
