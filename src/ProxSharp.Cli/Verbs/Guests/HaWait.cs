using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Waits until high availability has done what a task only asked it for, and says in the tool's own words what became of it.</summary>
/// <param name="pve">The cluster.</param>
/// <param name="upid">The task that asked.</param>
/// <param name="guest">The guest as it was before.</param>
/// <param name="goal">What was asked for.</param>
internal sealed class HaWait(PveClient pve, Upid upid, GuestSummary guest, HaGoal goal)
{
    /// <summary>How long to wait at most; null waits without a limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Is told when the server does not answer and the waiting goes on; null tells nobody.</summary>
    public IProgress<ProxmoxException>? Outage { get; init; }

    /// <summary>Waits for what a task asked for that has ended, if it only asked high availability for it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The cluster.</param>
    /// <param name="upid">The task.</param>
    /// <param name="target">The node that the guest was to go to; null if nobody knows.</param>
    /// <param name="timeout">How long to wait at most; null for any time.</param>
    /// <param name="hasRun">Whether the guest ran before; null if the list of the cluster is to tell.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task EndAsync(
        VerbRun run, ServerSession session, string upid, string? target, TimeSpan? timeout, bool? hasRun, CancellationToken cancellationToken)
    {
        if (session.Pve is not { } pve || !Upid.TryParse(upid, out Upid task) || HaRequest.Of(task) is null)
        {
            return;
        }

        IReadOnlyList<GuestSummary> all = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(guest => guest.Id.ToString() == task.Id) is not { } listed)
        {
            return;
        }

        GuestSummary guest = hasRun is { } ran ? listed with { Status = ran ? GuestStatus.Running : GuestStatus.Stopped } : listed;
        if (HaGoal.Of(task, guest, target) is { } goal)
        {
            HaWait wait = new(pve, task, guest, goal) { Timeout = timeout, Outage = run.Command.Outage };
            run.Note(wait.Text);
            await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is waited for, as a line for the user.</summary>
    public string Text => $"High availability {goal.Doing}: waiting until {goal.Until}";

    /// <summary>Waits.</summary>
    /// <exception cref="CliException">High availability gave up, the time is over, or the server cannot be asked.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        HaWaitOptions options = new() { Timeout = Left(), Outage = Outage };
        try
        {
            await pve.Guests[guest].WaitForHaAsync(goal.Request, options, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw TimeUp();
        }
        catch (HaGaveUpException end)
        {
            throw GivenUp(end);
        }
        catch (ProxmoxException failure)
        {
            throw new CliException(
                failure.IsTransient ? ErrorMapper.Lost(upid.ToString(), failure, options.OutageGrace) : ErrorMapper.Unseen(upid.ToString(), failure), failure);
        }
    }

    private TimeSpan Left() => Timeout switch
    {
        null => System.Threading.Timeout.InfiniteTimeSpan,
        { } left when left < TimeSpan.Zero => TimeSpan.Zero,
        { } left => left,
    };

    private CliException TimeUp() => new(new CliError
    {
        Code = "still_running",
        ExitCode = ExitCodes.StillRunning,
        Message = $"The time for waiting is over, and high availability is not through with {GuestKinds.Title(guest)} yet: it {goal.Doing}",
        Hint = $"Wait on with: {PrintedCommands.Of("task", "wait", upid.ToString())}",
        Upid = upid.ToString(),
        Node = guest.Node,
    });

    private CliException GivenUp(HaGaveUpException end)
    {
        string tasks = PrintedCommands.Of("task", "list", "--guest", guest.Id.ToString());
        return new CliException(new CliError
        {
            Code = "task_failed",
            ExitCode = ExitCodes.TaskFailed,
            Message = $"High availability was asked and gave up: {GuestKinds.Title(guest)} is on {end.Node}, in its state '{end.State}'",
            Hint = end.IsError
                ? $"See why: {tasks}. Then clear it with: {PrintedCommands.Of("ha", "resource", "set", Sid, "--state", "disabled")}"
                : $"See why: {tasks}",
            Upid = upid.ToString(),
            Node = end.Node,
        });
    }

    private string Sid => $"{(guest.Type == GuestType.Lxc ? "ct" : "vm")}:{guest.Id}";
}
