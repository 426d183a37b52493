using System.Security.Cryptography.X509Certificates;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Hosting;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Replay;

namespace ProxSharp.Simulator;

/// <summary>
/// Answers with what a real server once said: a recording that <c>prox --record</c> or an <see cref="ProxSharp.Recording.ExchangeRecorder"/> has made.
/// A request gets the answer that was recorded for the same verb, path and parameters. If there are several, they come in their order and the last one
/// is repeated, so waiting for a task ends as it did then. Values that were masked match any. Nothing is checked: any login will do.
/// </summary>
/// <example>
/// <code>
/// await using RecordedServer server = await RecordedServer.StartAsync("recording.jsonl");
/// // Connect to server.Endpoint, trusting server.Fingerprint, with any credentials.
/// </code>
/// </example>
public sealed class RecordedServer : IAsyncDisposable
{
    private readonly SimulatorHost _host;

    private RecordedServer(SimulatorHost host, SimulatorTraffic traffic, ProxmoxProduct product, int count) =>
        (_host, Traffic, Product, ExchangeCount) = (host, traffic, product, count);

    /// <summary>Where it listens, for example <c>https://127.0.0.1:41234/</c>.</summary>
    public Uri Endpoint => _host.Endpoint;

    /// <summary>The SHA-256 fingerprint of its certificate: upper-case hex pairs with colons.</summary>
    public string Fingerprint => _host.Fingerprint;

    /// <summary>The product whose server was recorded.</summary>
    public ProxmoxProduct Product { get; }

    /// <summary>How many exchanges it knows.</summary>
    public int ExchangeCount { get; }

    /// <summary>What came in so far.</summary>
    public SimulatorTraffic Traffic { get; }

    /// <summary>Returns the products of which a recording holds exchanges, in the order of their first ones.</summary>
    /// <param name="path">A file with an exchange on each line, a file with one exchange, or a folder of such files.</param>
    /// <exception cref="IOException">There is no such file or folder, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no recording.</exception>
    public static IReadOnlyList<ProxmoxProduct> ProductsIn(string path) =>
        [.. RecordingReader.Read(path).Select(static exchange => exchange.Product).Distinct()];

    /// <summary>Starts a server.</summary>
    /// <param name="path">A file with an exchange on each line, a file with one exchange, or a folder of such files.</param>
    /// <param name="options">How it starts; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="IOException">There is no such file or folder, it cannot be read, or the port is taken.</exception>
    /// <exception cref="InvalidDataException">It is no recording, or holds no exchange of the product.</exception>
    public static async Task<RecordedServer> StartAsync(
        string path, RecordedServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RecordedServerOptions();
        IReadOnlyList<ReplayExchange> all = RecordingReader.Read(path);
        ProxmoxProduct product = options.Product ?? all[0].Product;
        ReplayExchange[] exchanges = [.. all.Where(exchange => exchange.Product == product)];
        if (exchanges.Length == 0)
        {
            throw new InvalidDataException($"The recording '{path}' holds no exchange with a server of the product {product}.");
        }

        bool isBackup = product == ProxmoxProduct.BackupServer;
        SimulatorTraffic traffic = new();
        HttpServerContext server = new()
        {
            Pipeline = new ReplayPipeline(exchanges),
            Writer = isBackup ? new PbsResponseWriter(options.TimeProvider) : new PveResponseWriter(options.TimeProvider),
            Limits = isBackup ? RequestHeadLimits.Pbs : RequestHeadLimits.Pve,
            Faults = new FaultInjector(static () => { }),
            Traffic = traffic,
            Time = options.TimeProvider,
            IdleTime = TimeProvider.System,
            IdleTimeout = TimeSpan.FromSeconds(120),
            MaximumRequests = int.MaxValue,
            ClosesOnError = !isBackup,
        };
        X509Certificate2 certificate = SimulatorCertificate.Create("recording", []);
        SimulatorHost host = await SimulatorHost.StartAsync(server, certificate, options.Port, cancellationToken).ConfigureAwait(false);
        return new RecordedServer(host, traffic, product, exchanges.Length);
    }

    /// <summary>Stops it and closes all connections.</summary>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
