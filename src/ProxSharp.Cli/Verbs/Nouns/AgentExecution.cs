using System.Globalization;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Agents;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>Runs a program inside virtual machines. Whoever waits no longer is told which process goes on, and how its result is read later.</summary>
/// <param name="run">The run.</param>
/// <param name="pve">The cluster.</param>
/// <param name="words">The program and its arguments.</param>
/// <param name="options">Its input, and how long to wait.</param>
internal sealed class AgentExecution(VerbRun run, PveClient pve, string[] words, AgentExecOptions options)
{
    /// <summary>Runs it inside one machine and waits for its end.</summary>
    /// <exception cref="CliException">The time for waiting is over.</exception>
    public async Task<AgentExecResult> RunAsync(GuestSummary guest, CancellationToken cancellationToken)
    {
        GuestAgent agent = ((Vm)pve.Guests[guest]).Agent;
        long? process = null;
        try
        {
            process = await agent.StartAsync(words, options.Input, cancellationToken).ConfigureAwait(false);
            return await agent.WaitForExecAsync(process.Value, options, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (process is { } late)
        {
            throw TimeUp(guest, late, e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            run.Command.TellInterrupted(process is { } id
                ? new InterruptedNote(Goes(guest, id)) { Next = Later(guest, id) }
                : new InterruptedNote($"The call for {GuestKinds.Title(guest)} was cancelled before its answer came: the program may have been started")
                {
                    IsUncertain = true,
                });
            throw;
        }
    }

    /// <summary>Names the machines whose turn did not come.</summary>
    public void ShowLeft(IEnumerable<GuestSummary> guests)
    {
        string left = string.Join(", ", guests.Select(GuestKinds.Title));
        if (left.Length > 0)
        {
            run.Note($"Not started: {left}");
        }
    }

    private CliException TimeUp(GuestSummary guest, long process, TimeoutException exception) => new(new CliError
    {
        Code = "still_running",
        ExitCode = ExitCodes.StillRunning,
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"{GuestKinds.Title(guest)}: process {process} has not ended within {options.Timeout.TotalSeconds:0.###} s, and goes on in the guest"),
        Hint = $"{Later(guest, process)}; more time gives --timeout",
        Node = guest.Node,
    }, exception);

    private static string Goes(GuestSummary guest, long process) => string.Create(
        CultureInfo.InvariantCulture, $"The program goes on in {GuestKinds.Title(guest)} as process {process}");

    private static string Later(GuestSummary guest, long process) => string.Create(
        CultureInfo.InvariantCulture,
        $"Read its result later with: {PrintedCommands.Of("api", "get", $"/nodes/{guest.Node}/qemu/{guest.Id}/agent/exec-status", $"pid={process}")}");
}
