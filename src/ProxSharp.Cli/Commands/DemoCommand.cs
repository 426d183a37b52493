using System.CommandLine;
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
            "Three nodes and twelve guests live inside this process, behind the same HTTPS API that real servers have.");
        DirectoryInfo home = Directory.CreateTempSubdirectory("prox-demo-");
        PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { TimeProvider = run.Services.Time }, cancellationToken).ConfigureAwait(false);
        try
        {
            await TourAsync(run, screen, simulator, home.FullName, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await simulator.DisposeAsync().ConfigureAwait(false);
            home.Delete(recursive: true);
        }

        screen.Close(s_next, run.Services.Time.GetElapsedTime(start));
        return ExitCodes.Success;
    }

    private static async Task TourAsync(CommandRun run, DemoScreen screen, PveSimulator simulator, string home, CancellationToken cancellationToken)
    {
        // The tour is a user of its own: nothing it remembers gets into the user's contexts.
        CliEnvironment environment = run.Services.Environment with
        {
            Variables = new Dictionary<string, string>(run.Services.Environment.Variables, StringComparer.Ordinal)
            {
                ["PROX_CONFIG"] = Path.Combine(home, "contexts.json"),
                ["PROX_CONTEXT"] = "",
                [DemoTour.SecretVariable] = DefaultCluster.DemoPassword,
            },
        };
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
