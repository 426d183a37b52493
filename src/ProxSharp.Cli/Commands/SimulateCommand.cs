using System.CommandLine;
using System.Net.Sockets;
using ProxSharp.Cli.Demo;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox simulate</c>: simulated servers to practise and test with.</summary>
internal sealed class SimulateCommand : ProxCommand
{
    /// <summary>How often the status daemon of a real node looks at its guests.</summary>
    internal static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);

    private readonly Option<int> _pvePort = new("--pve-port")
    {
        Description = "The port of the simulated Proxmox VE; 0 takes any [default: 8006]",
        HelpName = "port",
        DefaultValueFactory = static _ => 8006,
    };

    private readonly Option<int> _pbsPort = new("--pbs-port")
    {
        Description = "The port of the simulated Proxmox Backup Server; 0 takes any [default: 8007]",
        HelpName = "port",
        DefaultValueFactory = static _ => 8007,
    };

    private readonly Option<int?> _guests = new("--guests")
    {
        Description = $"A large cluster with this many guests, {LargeCluster.MostGuests} at most, in place of the usual small one",
        HelpName = "n",
    };

    private readonly Option<int?> _nodes = new("--nodes")
    {
        Description = $"How many nodes the large cluster has, {LargeCluster.MostNodes} at most [default: 3]",
        HelpName = "n",
    };

    private readonly Option<string> _replay = new("--replay")
    {
        Description = "Answer with a recording (prox --record) instead: a file, or a folder of files",
        HelpName = "path",
    };

    public SimulateCommand(CommandServices services, GlobalOptions globals)
        : base("simulate", "Run simulated servers until Ctrl-C and print how to connect to them.")
    {
        Add(_pvePort);
        Add(_pbsPort);
        Add(_guests);
        Add(_nodes);
        Add(_replay);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("simulate", "a Proxmox VE cluster on port 8006 and a Proxmox Backup Server on port 8007"),
        new("simulate --pve-port 0 --pbs-port 0 -o json", "on free ports, with the facts for a script"),
        new("simulate --guests 20000 --nodes 32", "a cluster as large as any, to see what that does"),
        new("simulate --replay trouble.jsonl", "what a real server answered, again"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The servers listen on the loopback address only. What they hold is in memory: it is gone when they stop, and nothing in it is real. The users "
        + $"that are printed administer guests; users, roles and tokens are for root@pam, password {DefaultCluster.RootPassword}. With --replay a "
        + "request gets the answer that was recorded for the same call; others are answered with 501.";

    private Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        if (run.Value(_replay) is not { } recording)
        {
            return SimulateAsync(run, cancellationToken);
        }

        return run.IsGiven(_guests) || run.IsGiven(_nodes)
            ? throw CliException.Usage("--replay and --guests or --nodes exclude each other", "Give one of them")
            : ReplayAsync(run, run.Services.Environment.AbsolutePath(recording), cancellationToken);
    }

    private async Task<int> ReplayAsync(CommandRun run, string path, CancellationToken cancellationToken)
    {
        List<RecordedServer> servers = [];
        try
        {
            foreach (ProxmoxProduct product in Products(path))
            {
                bool isBackup = product == ProxmoxProduct.BackupServer;
                servers.Add(await StartAsync(
                    run.Value(isBackup ? _pbsPort : _pvePort),
                    isBackup ? "--pbs-port" : "--pve-port",
                    port => RecordedServer.StartAsync(
                        path, new RecordedServerOptions { Port = port, Product = product, TimeProvider = run.Services.Time }, cancellationToken))
                    .ConfigureAwait(false));
            }

            Announce(run, [.. servers.Select(SimulatedServer.Of)]);
            await UntilStoppedAsync(run, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (RecordedServer server in servers)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }

        return ExitCodes.Success;
    }

    private static IReadOnlyList<ProxmoxProduct> Products(string path)
    {
        try
        {
            return RecordedServer.ProductsIn(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CliException(
                new CliError
                {
                    Code = "recording",
                    ExitCode = ExitCodes.Error,
                    Message = e is InvalidDataException
                        ? $"The recording cannot be read: {e.Message}"
                        : $"The recording cannot be read from {path}: {FileErrors.Reason(e)}",
                    Hint = "Make one with: prox ... --record FILE",
                },
                e);
        }
    }

    private static async Task UntilStoppedAsync(CommandRun run, CancellationToken cancellationToken)
    {
        await run.Services.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, run.Services.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Action<ClusterBuilder> Scenario(CommandRun run)
    {
        if (run.Value(_guests) is null && run.Value(_nodes) is null)
        {
            return DefaultCluster.Build;
        }

        (int guests, int nodes) = (run.Value(_guests) ?? 100, run.Value(_nodes) ?? 3);
        if (guests is < 0 or > LargeCluster.MostGuests || nodes is < 1 or > LargeCluster.MostNodes)
        {
            throw CliException.Usage(
                $"A cluster of {guests} guests on {nodes} nodes is out of bounds",
                $"Give 0 to {LargeCluster.MostGuests} guests and 1 to {LargeCluster.MostNodes} nodes");
        }

        return LargeCluster.Of(guests, nodes);
    }

    private async Task<int> SimulateAsync(CommandRun run, CancellationToken cancellationToken)
    {
        TimeProvider time = run.Services.Time;
        Action<ClusterBuilder> scenario = Scenario(run);
        PveSimulator pve = await StartAsync(
            run.Value(_pvePort),
            "--pve-port",
            port => PveSimulator.StartAsync(
                new PveSimulatorOptions { Port = port, TimeProvider = time, Scenario = scenario, StatusInterval = StatusInterval }, cancellationToken))
            .ConfigureAwait(false);
        await using (pve.ConfigureAwait(false))
        {
            PbsSimulator pbs = await StartAsync(
                run.Value(_pbsPort),
                "--pbs-port",
                port => PbsSimulator.StartAsync(new PbsSimulatorOptions { Port = port, TimeProvider = time }, cancellationToken)).ConfigureAwait(false);
            await using (pbs.ConfigureAwait(false))
            {
                Announce(run, [SimulatedServer.Of(pve), SimulatedServer.Of(pbs)]);
                await UntilStoppedAsync(run, cancellationToken).ConfigureAwait(false);
            }
        }

        return ExitCodes.Success;
    }

    private static void Announce(CommandRun run, IReadOnlyList<SimulatedServer> servers)
    {
        if (run.Output.Format != OutputFormat.Table)
        {
            run.WriteVersioned(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (SimulatedServer server in servers)
                {
                    server.Write(json);
                }

                json.WriteEndArray();
            }));
            return;
        }

        TextWriter writer = run.Services.Console.Out;
        foreach (SimulatedServer server in servers)
        {
            server.WriteText(writer, run.Output.Ansi);
            writer.WriteLine();
        }

        writer.WriteLine("Ctrl-C stops it.");
    }

    private static async Task<T> StartAsync<T>(int port, string option, Func<int, Task<T>> start)
    {
        if (port is < 0 or > 65535)
        {
            throw CliException.Usage($"{option} {port} is no port", "Give a number from 0 to 65535");
        }

        try
        {
            return await start(port).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new CliException(
                new CliError
                {
                    Code = "port",
                    ExitCode = ExitCodes.Error,
                    Message = $"Port {port} cannot be opened: {e.Message}",
                    Hint = $"Take another one: {option} 0 takes any that is free.",
                },
                e);
        }
    }
}
