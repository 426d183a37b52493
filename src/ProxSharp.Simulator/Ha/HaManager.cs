using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Ha;

/// <summary>The cluster's high-availability manager: brings managed guests into the wanted state, one round after a change.</summary>
internal sealed class HaManager(PveState state)
{
    public const string Resources = "/cluster/ha/resources";

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _moves = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedTask> _tasks = new(StringComparer.Ordinal);

    /// <summary>How resources are treated while the manager is disarmed; null while it is armed.</summary>
    public string? DisarmedMode { get; set; }

    /// <summary>The id under which a guest would be managed.</summary>
    public static string IdOf(Guest guest) => string.Create(CultureInfo.InvariantCulture, $"{(guest.IsContainer ? "ct" : "vm")}:{guest.VmId}");

    /// <summary>The guest behind an id; null if there is none.</summary>
    public Guest? GuestOf(string sid) => sid.Split(':') is [string kind, string id] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int vmid)
        && state.Guests.GetValueOrDefault(vmid) is { } guest && guest.IsContainer == (kind == "ct") ? guest : null;

    public bool IsManaged(Guest guest) => state.Collections.Find(Resources, IdOf(guest)) is not null;

    /// <summary>What is wanted of a resource: <c>started</c>, <c>stopped</c>, <c>disabled</c> or <c>ignored</c>.</summary>
    public static string Wanted(JsonObject resource) => resource["state"] is { } value ? ApiCall.TextOf(value) switch { "enabled" => "started", string other => other } : "started";

    /// <summary>When the manager acts next on what changed; null if nothing did.</summary>
    public DateTimeOffset? NextRound => _seen.Values.Select(static at => at + s_round).Where(at => at > state.Now).Select(static at => (DateTimeOffset?)at).Min();

    /// <summary>Notes that a resource changed: the manager acts on it in its next round.</summary>
    public void Touch(string sid) => _seen[sid] = state.Now;

    /// <summary>Asks the manager to move a guest in its next round.</summary>
    public void Move(string sid, string node)
    {
        _moves[sid] = node;
        Touch(sid);
    }

    /// <summary>What the state of a guest tells about its management.</summary>
    public JsonObject Summary(Guest guest) => state.Collections.Find(Resources, IdOf(guest)) is { } resource
        ? new JsonObject { ["managed"] = 1, ["state"] = StateOf(IdOf(guest), resource) }
        : new JsonObject { ["managed"] = 0 };

    /// <summary>What the manager shows of a resource.</summary>
    public string StateOf(string sid, JsonObject resource)
    {
        if (GuestOf(sid) is not { } guest)
        {
            return "error";
        }

        string wanted = Wanted(resource);
        return HasFailed(sid) ? "error"
            : IsDue(sid) ? _tasks.TryGetValue(sid, out SimulatedTask? task) && task.IsRunning && task.Type is "qmigrate" or "vzmigrate" ? "migrate"
            : wanted switch
            {
                "started" => guest.IsRunning ? "started" : "starting",
                "stopped" => guest.IsRunning ? "request_stop" : "stopped",
                _ => wanted,
            }
            : "queued";
    }

    /// <summary>Acts on what changed at least one round ago.</summary>
    public void Act()
    {
        IReadOnlyDictionary<string, JsonObject> resources = state.Collections.Items(Resources);
        if (resources.Count == 0 || DisarmedMode is not null)
        {
            return;
        }

        foreach ((string sid, JsonObject resource) in resources)
        {
            if (HasFailed(sid))
            {
                // Proxmox: what has failed is left alone until somebody disables it.
                _ = Wanted(resource) == "disabled" && _tasks.Remove(sid);
                continue;
            }

            bool isBusy = _tasks.TryGetValue(sid, out SimulatedTask? running) && running.IsRunning;
            if (!isBusy && IsDue(sid) && GuestOf(sid) is { Lock: null } guest && Next(sid, guest, Wanted(resource)) is { } request)
            {
                _tasks[sid] = state.Tasks.Start(request);
            }
        }
    }

    // A move that fails leaves the guest as it was; a start or a stop that fails is an error.
    private bool HasFailed(string sid) => _tasks.TryGetValue(sid, out SimulatedTask? task)
        && !task.IsRunning && task.ExitStatus != "OK" && task.Type is not ("qmigrate" or "vzmigrate");

    private bool IsDue(string sid) => _seen.GetValueOrDefault(sid, DateTimeOffset.MinValue) + s_round <= state.Now;

    private TaskRequest? Next(string sid, Guest guest, string wanted)
    {
        if (_moves.Remove(sid, out string? target) && target != guest.Node)
        {
            return Request(guest, guest.IsContainer ? "vzmigrate" : "qmigrate", _ => Relocate(guest, target));
        }

        return (wanted, guest.IsRunning) switch
        {
            ("started", false) => Request(guest, guest.IsContainer ? "vzstart" : "qmstart", task => GuestLifecycle.Start(guest, task)),
            ("stopped" or "disabled", true) => Request(guest, guest.IsContainer ? "vzshutdown" : "qmshutdown", _ => guest.Stop()),
            _ => null,
        };
    }

    private static TaskRequest Request(Guest guest, string type, Action<SimulatedTask> work) =>
        new(guest.Node, type, guest.VmId.ToString(CultureInfo.InvariantCulture), "root@pam") { Work = work };

    private void Relocate(Guest guest, string target)
    {
        foreach (Volume volume in state.Volumes.OfGuest(guest.VmId).Where(static volume => volume.Node is not null && (volume.Content is "images" or "rootdir")).ToArray())
        {
            state.Volumes.Replace(volume, volume with { Node = target });
        }

        state.Move(guest, target);
    }
}
