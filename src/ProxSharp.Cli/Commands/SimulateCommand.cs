using System.CommandLine;
using System.Net.Sockets;
using ProxSharp.Cli.Demo;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox simulate</c>: simulated servers to practise and test with.</summary>
internal sealed class SimulateCommand : ProxCommand
{
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

    public SimulateCommand(CommandServices services, GlobalOptions globals)
        : base("simulate", "Run simulated servers until Ctrl-C and print how to connect to them.")
    {
        Add(_pvePort);
        Add(_pbsPort);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("simulate", "a Proxmox VE cluster on port 8006 and a Proxmox Backup Server on port 8007"),
        new("simulate --pve-port 0 --pbs-port 0 -o json", "on free ports, with the facts for a script"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The servers listen on the loopback address only. What they hold is in memory: it is gone when they stop, and nothing in it is real.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        TimeProvider time = run.Services.Time;
        PveSimulator pve = await StartAsync(
            run.Value(_pvePort),
            "--pve-port",
            port => PveSimulator.StartAsync(new PveSimulatorOptions { Port = port, TimeProvider = time }, cancellationToken)).ConfigureAwait(false);
        await using (pve.ConfigureAwait(false))
        {
            PbsSimulator pbs = await StartAsync(
                run.Value(_pbsPort),
                "--pbs-port",
                port => PbsSimulator.StartAsync(new PbsSimulatorOptions { Port = port, TimeProvider = time }, cancellationToken)).ConfigureAwait(false);
            await using (pbs.ConfigureAwait(false))
            {
                Announce(run, [SimulatedServer.Of(pve), SimulatedServer.Of(pbs)]);
                await run.Services.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
                await Task.Delay(Timeout.InfiniteTimeSpan, run.Services.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return ExitCodes.Success;
    }

    private static void Announce(CommandRun run, IReadOnlyList<SimulatedServer> servers)
    {
        if (run.Output.Format != OutputFormat.Table)
        {
            run.Write(JsonText.Build(json =>
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
