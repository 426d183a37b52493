using ProxSharp.Authentication;
using ProxSharp.Operations;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Mcp.Tests;

/// <summary>A simulated cluster and backup server with a folder for policies and plans.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly SessionOptions _options;

    private TestSite(SessionOptions options, PveSimulator pve, PbsSimulator? pbs)
    {
        (_options, Pve, Pbs) = (options, pve, pbs);
        Folder = Directory.CreateTempSubdirectory("agent-").FullName;
        OtherPve = new PveClient(PveOptions);
    }

    public string Folder { get; }

    public PveSimulator Pve { get; }

    public PbsSimulator? Pbs { get; }

    public PveSimulator? Second { get; private init; }

    /// <summary>A client past the guard, for what others do.</summary>
    public PveClient OtherPve { get; }

    public ProxmoxClientOptions PveOptions => OptionsOf(Pve);

    public ProxmoxClientOptions SecondOptions => OptionsOf(Second!);

    public ProxmoxClientOptions PbsOptions => new()
    {
        Endpoints = [ProxmoxEndpoint.Parse(Pbs!.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
        Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
        Trust = ServerTrust.Pin(Pbs.Fingerprint),
    };

    public static async Task<TestSite> StartAsync(SessionOptions options)
    {
        PveSimulatorOptions cluster = new() { Delays = false, TaskDuration = options.TaskDuration, StatusInterval = options.StatusInterval, Scenario = options.Cluster };
        PveSimulator pve = await PveSimulator.StartAsync(cluster);
        PbsSimulator? pbs = options.WithBackup
            ? await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false, TaskDuration = options.TaskDuration, Scenario = options.BackupServer })
            : null;
        TestSite site = new(options, pve, pbs) { Second = options.WithSecond ? await PveSimulator.StartAsync(cluster) : null };
        foreach (string context in new[] { "lab", "backup", "second" })
        {
            Directory.CreateDirectory(site.StateFolder(context));
            await File.WriteAllTextAsync(site.PolicyPath(context), options.Policy);
        }

        return site;
    }

    public string StateFolder(string context) => Path.Combine(Folder, context);

    public string PolicyPath(string context) => Path.Combine(StateFolder(context), "policy.json");

    public IReadOnlyList<AgentContext> Contexts()
    {
        AgentContext lab = AgentContext.Of(ProxmoxProduct.VirtualEnvironment, PveOptions, Guard("lab"));
        if (_options.WithReader)
        {
            GuardOptions reader = Guard("lab") with { Context = "reader", IsReadOnly = true };
            return [lab, AgentContext.Of(ProxmoxProduct.VirtualEnvironment, PveOptions, reader)];
        }

        if (Second is not null)
        {
            return [lab, AgentContext.Of(ProxmoxProduct.VirtualEnvironment, SecondOptions, Guard("second"))];
        }

        return _options.WithBackup ? [lab, AgentContext.Of(ProxmoxProduct.BackupServer, PbsOptions, Guard("backup"))] : [lab];
    }

    /// <summary>What reached both servers so far, those of <see cref="OtherPve"/> included.</summary>
    public IReadOnlyList<SimulatedRequest> Requests() => [.. Pve.Traffic.Requests, .. Pbs?.Traffic.Requests ?? []];

    public async ValueTask DisposeAsync()
    {
        await OtherPve.DisposeAsync();
        await Pve.DisposeAsync();
        if (Pbs is { } pbs)
        {
            await pbs.DisposeAsync();
        }

        if (Second is { } second)
        {
            await second.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static ProxmoxClientOptions OptionsOf(PveSimulator cluster) => new()
    {
        Endpoints = [ProxmoxEndpoint.Parse(cluster.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
        Trust = ServerTrust.Pin(cluster.Fingerprint),
    };

    private GuardOptions Guard(string context) => new() { Context = context, PolicyPath = PolicyPath(context), StateFolder = StateFolder(context) };
}
