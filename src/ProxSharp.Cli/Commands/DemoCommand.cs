using System.CommandLine;
using System.Globalization;
using ProxSharp.Cli.Demo;
using ProxSharp.Cli.Errors;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox demo</c>: a tour through a simulated cluster.</summary>
internal sealed class DemoCommand : ProxCommand
{
    private static readonly (string Command, string Meaning)[] s_next =
    [
        ("prox simulate", "keep such a cluster running, for another terminal"),
        ("prox vm --help", "see what can be done with a virtual machine"),
        ("prox explain vm create", "see what a new one takes"),
        ("prox backup --help", "back up files and disks of this machine"),
        ("prox login --help", "connect to your own server"),
    ];

    public DemoCommand(CommandServices services, GlobalOptions globals)
        : base("demo", "Tour a simulated Proxmox VE cluster. Needs no server and changes nothing on this machine.") =>
        Runs(services, globals, RunAsync);

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("demo", "watch a cluster being operated, in a few seconds"),
        new("demo --no-color", "the same as plain text, for example to keep it in a file"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "Every command line of the tour really runs, against a simulator inside this process that listens on the loopback address.";

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        long start = run.Services.Time.GetTimestamp();
        DemoScreen screen = new(run.Services.Console, run.Output.Ansi.IsEnabled);
        screen.Open(
            "A Proxmox VE cluster, simulated",
            "Three nodes and twelve guests live inside this process, behind the same HTTPS API that real servers have, and a backup server beside them.");
        DirectoryInfo home = Directory.CreateTempSubdirectory("prox-demo-");
        try
        {
            DemoSite.Write(home.FullName);
            PveSimulator simulator = await PveSimulator.StartAsync(
                new PveSimulatorOptions { TimeProvider = run.Services.Time }, cancellationToken).ConfigureAwait(false);
            await using (simulator.ConfigureAwait(false))
            {
                PbsSimulator backup = await PbsSimulator.StartAsync(
                    new PbsSimulatorOptions { TimeProvider = run.Services.Time }, cancellationToken).ConfigureAwait(false);
                await using (backup.ConfigureAwait(false))
                {
                    CliEnvironment environment = Environment(run.Services.Environment, backup, home.FullName);
                    await TourAsync(run, screen, simulator, environment, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            home.Delete(recursive: true);
        }

        screen.Close(s_next, run.Services.Time.GetElapsedTime(start));
        return ExitCodes.Success;
    }

    // The tour is a user of its own: nothing it remembers gets into the user's contexts, and no key of the user is taken.
    private static CliEnvironment Environment(CliEnvironment environment, PbsSimulator backup, string home) => environment with
    {
        CurrentDirectory = home,
        Variables = new Dictionary<string, string>(environment.Variables, StringComparer.Ordinal)
        {
            ["PROX_CONFIG"] = Path.Combine(home, "contexts.json"),
            ["PROX_CONTEXT"] = "",
            ["XDG_CONFIG_HOME"] = home,
            ["XDG_CONFIG_DIRS"] = home,
            ["PBS_REPOSITORY"] = string.Create(
                CultureInfo.InvariantCulture, $"{DefaultBackupServer.TokenId}@{backup.Endpoint.Host}:{backup.Endpoint.Port}:store1"),
            ["PBS_PASSWORD"] = DefaultBackupServer.TokenSecret,
            ["PBS_FINGERPRINT"] = backup.Fingerprint,
            [DemoTour.SecretVariable] = DefaultCluster.DemoPassword,
        },
    };

    private static async Task TourAsync(
        CommandRun run, DemoScreen screen, PveSimulator simulator, CliEnvironment environment, CancellationToken cancellationToken)
    {
        DemoConsole console = new(run.Services.Console, run.Output.Width is null ? null : screen.Width - 2);
        CliApp app = new(console, environment, run.Services.Time);
        string[] colours = run.Output.Ansi.IsEnabled ? [] : ["--no-color"];
        IReadOnlyList<DemoStep> steps = DemoTour.Steps(simulator.Endpoint, DefaultCluster.DemoUser, simulator.Fingerprint);
        for (int i = 0; i < steps.Count; i++)
        {
            screen.Begin(i + 1, steps.Count, steps[i]);
            foreach (DemoCommandLine line in steps[i].Commands)
            {
                screen.Command(line);
                int exitCode = await app.RunAsync([.. line.Arguments, .. colours], cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                Check(line, exitCode);
                if (exitCode != ExitCodes.Success)
                {
                    screen.Failed(exitCode);
                }
            }
        }
    }

    private static void Check(DemoCommandLine line, int exitCode)
    {
        if (exitCode != line.Expected)
        {
            throw new CliException(new CliError
            {
                Code = "demo",
                ExitCode = ExitCodes.Error,
                Message = $"The tour ended early: '{line}' ended with exit code {exitCode} instead of {line.Expected}",
                Hint = "This is a defect of the tour: please report it.",
            });
        }
    }
}
