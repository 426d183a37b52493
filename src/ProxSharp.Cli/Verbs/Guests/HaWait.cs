using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Waits until high availability has done what a task only asked it for.</summary>
/// <param name="session">The server.</param>
/// <param name="pve">The cluster.</param>
/// <param name="time">The clock that the pauses go by.</param>
/// <param name="upid">The task that asked.</param>
/// <param name="guest">The guest as it was before.</param>
/// <param name="goal">What was asked for.</param>
internal sealed class HaWait(ServerSession session, PveClient pve, TimeProvider time, Upid upid, GuestSummary guest, HaGoal goal)
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_outageGrace = TaskWaitOptions.Default.OutageGrace;

    private string _node = guest.Node;
    private bool _hasMoved;

    /// <summary>How long to wait at most; null waits without a limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Is told when the server does not answer and the waiting goes on; null tells nobody.</summary>
    public IProgress<ProxmoxException>? Outage { get; init; }

    /// <summary>What is waited for, as a line for the user.</summary>
    public string Text => $"High availability {goal.Doing}: waiting until {goal.Until}";

    /// <summary>Waits.</summary>
    /// <exception cref="CliException">High availability gave up, or the time is over.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = s_shortestPause;
        long start = time.GetTimestamp();
        long? silentSince = null;
        while (true)
        {
            try
            {
                if (await LookAsync(cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                silentSince = null;
            }
            catch (ProxmoxException failure) when (IsElsewhere(failure) || TaskWaiter.MayPass(failure))
            {
                silentSince ??= time.GetTimestamp();
                if (time.GetElapsedTime(silentSince.Value) >= s_outageGrace)
                {
                    throw new CliException(ErrorMapper.Lost(upid.ToString(), failure, s_outageGrace), failure);
                }

                await FindAsync(failure, cancellationToken).ConfigureAwait(false);
            }
            catch (ProxmoxException failure)
            {
                throw new CliException(ErrorMapper.Unseen(upid.ToString(), failure), failure);
            }

            if (Timeout is { } longest && time.GetElapsedTime(start) >= longest)
            {
                throw TimeUp();
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(_node)}/{guest.Type.Value}/{guest.Id}/status/current";
        JsonElement status = (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data;
        string? manager = status.TryGetProperty("ha", out JsonElement ha) ? Member(ha, "state") : null;
        if (IsReached(status))
        {
            return true;
        }

        bool isMoving = manager is "migrate" or "relocate";
        if (manager == "error" || (goal.Node is not null && _hasMoved && !isMoving && _node != goal.Node))
        {
            throw GivenUp(manager);
        }

        _hasMoved |= isMoving;
        return false;
    }

    // A container that runs is stopped for its move, and started at its end.
    private bool IsReached(JsonElement status)
    {
        GuestStatus? wanted = goal.Status ?? (guest.IsRunning ? GuestStatus.Running : null);
        bool isThere = goal.Node is null || (_node == goal.Node && Member(status, "lock") is null);
        return isThere && (wanted is null || Member(status, "status") == wanted.Value.Value);
    }

    // A guest may come up on another node than it was on: also because that one has died.
    private async Task FindAsync(ProxmoxException failure, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<GuestSummary> all = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
            string? found = all.FirstOrDefault(other => other.Id == guest.Id)?.Node;
            if (found is not null && found != _node)
            {
                _node = found;
                return;
            }
        }
        catch (ProxmoxException outage) when (TaskWaiter.MayPass(outage))
        {
            failure = outage;
        }

        if (!IsElsewhere(failure))
        {
            Outage?.Report(failure);
        }
    }

    // Proxmox: a guest that is not on the node that was asked shows as a missing configuration file.
    private static bool IsElsewhere(ProxmoxException failure) =>
        failure is ProxmoxNotFoundException absent && absent.ServerMessage.StartsWith("Configuration file", StringComparison.Ordinal);

    private CliException TimeUp() => new(new CliError
    {
        Code = "still_running",
        ExitCode = ExitCodes.StillRunning,
        Message = $"The time for waiting is over, and high availability is not through with {GuestKinds.Title(guest)} yet: it {goal.Doing}",
        Hint = $"Wait on with: {PrintedCommands.Of("task", "wait", upid.ToString())}",
        Upid = upid.ToString(),
        Node = _node,
    });

    private CliException GivenUp(string? manager)
    {
        string sid = $"{(guest.Type == GuestType.Lxc ? "ct" : "vm")}:{guest.Id}";
        string tasks = PrintedCommands.Of("task", "list", "--guest", guest.Id.ToString());
        return new CliException(new CliError
        {
            Code = "task_failed",
            ExitCode = ExitCodes.TaskFailed,
            Message = $"High availability was asked and gave up: {GuestKinds.Title(guest)} is on {_node}, in its state '{manager}'",
            Hint = manager == "error"
                ? $"See why: {tasks}. Then clear it with: {PrintedCommands.Of("ha", "resource", "set", sid, "--state", "disabled")}"
                : $"See why: {tasks}",
            Upid = upid.ToString(),
            Node = _node,
        });
    }

    private static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
