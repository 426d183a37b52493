using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// What a task has only asked high availability for. Such a task ends well as soon as the request is noted; the manager of high availability, which runs
/// every ten seconds, carries it out with tasks of its own. <see cref="Guest.WaitForHaAsync"/> waits for it.
/// </summary>
public sealed record HaRequest
{
    private const string MoveLine = "Requesting HA migration";
    private const string BeforeTarget = " to node ";

    /// <summary>The number of the guest.</summary>
    public required VmId Guest { get; init; }

    /// <summary>
    /// The state that it shall be in; null if that does not matter. A container that runs is stopped for a move and started at its end: who waits for a
    /// move gives <see cref="GuestStatus.Running"/> here if the guest ran.
    /// </summary>
    public GuestStatus? Status { get; init; }

    /// <summary>The name of the node that it shall be on; null if that does not matter, or is not known: see <see cref="TargetIn"/>.</summary>
    public string? Node { get; init; }

    /// <summary>What a task has asked for; null if it did its work itself.</summary>
    /// <param name="task">The task. Those of moves do not say where to.</param>
    // Proxmox: the types of these tasks begin with "ha", where those that do the work are called qmstart, vzstop and so on.
    public static HaRequest? Of(Upid task) => !VmId.TryParse(task.Id, out VmId guest) ? null : task.Type switch
    {
        "hastart" => new HaRequest { Guest = guest, Status = GuestStatus.Running },
        "hastop" => new HaRequest { Guest = guest, Status = GuestStatus.Stopped },
        "hamigrate" => new HaRequest { Guest = guest },
        _ => null,
    };

    /// <summary>The name of the node that a line of such a task's log names as the target of a move; null if it names none.</summary>
    /// <param name="logLine">The line.</param>
    public static string? TargetIn(string logLine)
    {
        ArgumentNullException.ThrowIfNull(logLine);
        return logLine.StartsWith(MoveLine, StringComparison.Ordinal) && logLine.LastIndexOf(BeforeTarget, StringComparison.Ordinal) is var at and >= 0
            ? logLine[(at + BeforeTarget.Length)..].Trim()
            : null;
    }
}
