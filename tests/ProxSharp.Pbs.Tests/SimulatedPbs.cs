using ProxSharp.Authentication;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Pbs.Tests;

/// <summary>A simulator of a test's own, with clients of several users: the administrator's token, an auditor, and somebody without any privilege.</summary>
internal sealed class SimulatedPbs : IAsyncDisposable
{
    public const string Auditor = "auditor@pbs";
    public const string Nobody = "nobody@pbs";
    public const string Password = "simulated-password";
    public const string TokenSecret = "22222222-2222-3333-4444-555555555555";

    private readonly List<PbsClient> _clients = [];

    private SimulatedPbs(PbsSimulator simulator)
    {
        Simulator = simulator;
        Pbs = Connect(ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret));
    }

    public PbsSimulator Simulator { get; }

    /// <summary>The administrator's client.</summary>
    public PbsClient Pbs { get; }

    public Datastore Store => Pbs.Datastores["store1"];

    public static async Task<SimulatedPbs> StartAsync(Action<BackupServerBuilder>? more = null, TimeSpan? taskDuration = null, Version? version = null) =>
        new(await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            Delays = false,
            TaskDuration = taskDuration ?? TimeSpan.FromMilliseconds(20),
            Version = version ?? new PbsSimulatorOptions().Version,
            Scenario = server =>
            {
                DefaultBackupServer.Build(server);
                server
                    .AddUser(Auditor, Password).Grant("/", Auditor, "Audit")
                    .AddUser(Nobody, Password).AddToken(Nobody, "t", TokenSecret);
                more?.Invoke(server);
            },
        }));

    /// <summary>Makes another client.</summary>
    public PbsClient Connect(ProxmoxCredentials credentials, Func<ProxmoxClientOptions, ProxmoxClientOptions>? change = null)
    {
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(Simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = credentials,
            Trust = ServerTrust.Pin(Simulator.Fingerprint),
        };
        PbsClient client = new(change is null ? options : change(options));
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PbsClient client in _clients)
        {
            await client.DisposeAsync();
        }

        await Simulator.DisposeAsync();
    }
}
