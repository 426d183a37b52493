using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Recovery;

/// <summary>What the task of a lost call must look like: where it runs, since when, for whom, and on what. Pure.</summary>
internal sealed class TaskTrace
{
    // Clocks are read in whole seconds, rounded down, and a task starts after its call: only its end is uncertain.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(2);

    // Task types of the calls that people make most; other calls are known by their user, object and time alone.
    private static readonly Dictionary<string, string[]> s_types = new(StringComparer.Ordinal)
    {
        ["POST /nodes/{node}/qemu"] = ["qmcreate", "qmrestore"],
        ["DELETE /nodes/{node}/qemu/{vmid}"] = ["qmdestroy"],
        ["POST /nodes/{node}/qemu/{vmid}/clone"] = ["qmclone"],
        ["POST /nodes/{node}/qemu/{vmid}/config"] = ["qmconfig"],
        ["POST /nodes/{node}/qemu/{vmid}/migrate"] = ["qmigrate", "hamigrate"],
        ["POST /nodes/{node}/qemu/{vmid}/move_disk"] = ["qmmove"],
        ["PUT /nodes/{node}/qemu/{vmid}/resize"] = ["resize"],
        ["POST /nodes/{node}/qemu/{vmid}/snapshot"] = ["qmsnapshot"],
        ["DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}"] = ["qmdelsnapshot"],
        ["POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback"] = ["qmrollback"],
        ["POST /nodes/{node}/qemu/{vmid}/status/reboot"] = ["qmreboot"],
        ["POST /nodes/{node}/qemu/{vmid}/status/reset"] = ["qmreset"],
        ["POST /nodes/{node}/qemu/{vmid}/status/resume"] = ["qmresume"],
        ["POST /nodes/{node}/qemu/{vmid}/status/shutdown"] = ["qmshutdown", "hastop"],
        ["POST /nodes/{node}/qemu/{vmid}/status/start"] = ["qmstart", "hastart"],
        ["POST /nodes/{node}/qemu/{vmid}/status/stop"] = ["qmstop", "hastop"],
        ["POST /nodes/{node}/qemu/{vmid}/status/suspend"] = ["qmsuspend", "qmpause"],
        ["POST /nodes/{node}/qemu/{vmid}/template"] = ["qmtemplate"],
        ["POST /nodes/{node}/lxc"] = ["vzcreate", "vzrestore"],
        ["DELETE /nodes/{node}/lxc/{vmid}"] = ["vzdestroy"],
        ["POST /nodes/{node}/lxc/{vmid}/clone"] = ["vzclone"],
        ["POST /nodes/{node}/lxc/{vmid}/migrate"] = ["vzmigrate", "hamigrate"],
        ["POST /nodes/{node}/lxc/{vmid}/move_volume"] = ["move_volume"],
        ["PUT /nodes/{node}/lxc/{vmid}/resize"] = ["resize"],
        ["POST /nodes/{node}/lxc/{vmid}/snapshot"] = ["vzsnapshot"],
        ["DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}"] = ["vzdelsnapshot"],
        ["POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback"] = ["vzrollback"],
        ["POST /nodes/{node}/lxc/{vmid}/status/reboot"] = ["vzreboot"],
        ["POST /nodes/{node}/lxc/{vmid}/status/resume"] = ["vzresume"],
        ["POST /nodes/{node}/lxc/{vmid}/status/shutdown"] = ["vzshutdown", "hastop"],
        ["POST /nodes/{node}/lxc/{vmid}/status/start"] = ["vzstart", "hastart"],
        ["POST /nodes/{node}/lxc/{vmid}/status/stop"] = ["vzstop", "hastop"],
        ["POST /nodes/{node}/lxc/{vmid}/status/suspend"] = ["vzsuspend"],
        ["POST /nodes/{node}/vzdump"] = ["vzdump"],
        ["POST /nodes/{node}/storage/{storage}/upload"] = ["imgcopy"],
        ["POST /nodes/{node}/storage/{storage}/download-url"] = ["download"],
        ["DELETE /nodes/{node}/storage/{storage}/content/{volume}"] = ["imgdel"],
        ["POST /nodes/{node}/startall"] = ["startall"],
        ["POST /nodes/{node}/stopall"] = ["stopall"],
        ["POST /nodes/{node}/suspendall"] = ["suspendall"],
        ["POST /nodes/{node}/migrateall"] = ["migrateall"],
    };

    private readonly string[]? _types;
    private readonly string? _guest;
    private readonly string _caller;
    private readonly DateTimeOffset _notBefore;
    private readonly DateTimeOffset _notAfter;

    /// <summary>Describes the task of a lost call.</summary>
    /// <param name="lost">The call.</param>
    /// <param name="caller">The user or API token that made it.</param>
    /// <param name="serverAhead">How far the server's clock is ahead of the client's.</param>
    /// <param name="grace">How long after the answer was lost the task may start.</param>
    public TaskTrace(ProxmoxOutcomeUnknownException lost, string caller, TimeSpan serverAhead, TimeSpan grace)
    {
        _types = s_types.GetValueOrDefault(lost.Operation.ToString());

        // Proxmox: the id of a download is the name of its file. A task for several guests has none.
        string? file = lost.Operation.Path.EndsWith("/download-url", StringComparison.Ordinal)
            ? lost.Parameters.FirstOrDefault(static parameter => parameter.Name == "filename").Text
            : null;
        string? guests = lost.Parameters.FirstOrDefault(static parameter => parameter.Name == "vmid").Text;
        _guest = file ?? (guests is null || VmId.TryParse(guests, null, out _) ? guests : "");
        _caller = caller;
        _notBefore = DateTimeOffset.FromUnixTimeSeconds((lost.SentAt + serverAhead).ToUnixTimeSeconds());
        _notAfter = lost.LostAt + serverAhead + grace + s_tolerance;
    }

    /// <summary>What to list: all tasks of the caller's user since the call was sent.</summary>
    public NodesTasksListRequest Request => new()
    {
        Source = TaskSource.All,
        Since = _notBefore.ToUnixTimeSeconds(),
        Limit = 500,
        VmId = _guest is not null && long.TryParse(_guest, out long id) ? id : null,
    };

    /// <summary>True if the types of the call's task are known; otherwise any task of the caller fits that has the right guest and time.</summary>
    public bool KnowsType => _types is not null;

    /// <summary>Returns the tasks that may be the call's.</summary>
    public List<Upid> Matches(IEnumerable<NodesTasksItem> tasks)
    {
        List<Upid> found = [];
        foreach (NodesTasksItem task in tasks)
        {
            if (Upid.TryParse(task.Upid, out Upid upid) && Fits(upid) && !found.Contains(upid))
            {
                found.Add(upid);
            }
        }

        return found;
    }

    /// <summary>
    /// True if a fitting task began so near the moment of sending that it may be older than the call, and something else was
    /// done to its guest since: then it is as likely that another call had started it and the lost one never arrived.
    /// </summary>
    /// <param name="fitting">The task that fits.</param>
    /// <param name="tasks">What was listed.</param>
    public bool IsOvertaken(Upid fitting, IEnumerable<NodesTasksItem> tasks) =>
        fitting.StartTime <= _notBefore + s_tolerance
        && _guest is not null
        && tasks.Any(task => Upid.TryParse(task.Upid, out Upid other)
            && other.Id == _guest
            && _types?.Contains(other.Type) != true
            && (other.ProcessStart, other.ProcessId).CompareTo((fitting.ProcessStart, fitting.ProcessId)) > 0);

    private bool Fits(Upid upid) =>
        upid.User == _caller
        && upid.StartTime >= _notBefore
        && upid.StartTime <= _notAfter
        && (_types is null || _types.Contains(upid.Type))
        && (_guest is null || upid.Id == _guest);
}
