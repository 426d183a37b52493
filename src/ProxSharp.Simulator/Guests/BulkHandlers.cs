using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Actions on many guests at once, of a node or of the whole cluster: one task that starts a task for each guest.</summary>
internal sealed class BulkHandlers(PveState state, GuestContext context)
{
    private const double ParentEffort = 2;

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/startall", call => OnNode(call, "startall", Start, guest => !guest.IsRunning && (Chosen(call) || call.IsSet("force") || guest.Config.GetValueOrDefault("onboot") == "1")));
        table.Post("/nodes/{node}/stopall", call => OnNode(call, "stopall", Stop, static guest => guest.IsRunning));
        table.Post("/nodes/{node}/suspendall", call => OnNode(call, "suspendall", Suspend, static guest => guest is { IsRunning: true, IsContainer: false }));
        table.Post("/nodes/{node}/migrateall", call => OnNode(call, "migrateall", guest => Migrate(call, guest), guest => guest.Node != call.Text("target")));
        table.Post("/cluster/bulk-action/guest/start", call => InCluster(call, "bulkstart", Start, static guest => !guest.IsRunning));
        table.Post("/cluster/bulk-action/guest/shutdown", call => InCluster(call, "bulkshutdown", Stop, static guest => guest.IsRunning));
        table.Post("/cluster/bulk-action/guest/suspend", call => InCluster(call, "bulksuspend", Suspend, static guest => guest is { IsRunning: true, IsContainer: false }));
        table.Post("/cluster/bulk-action/guest/migrate", call => InCluster(call, "bulkmigrate", guest => Migrate(call, guest), guest => guest.Node != call.Text("target")));
    }

    private static bool Chosen(ApiCall call) => call.Has("vms");

    private ApiReply OnNode(ApiCall call, string type, Func<Guest, SubTask> action, Func<Guest, bool> applies)
    {
        string node = call.PathValues["node"];
        IReadOnlyList<string> wanted = call.Items("vms");
        DemandRights(call, wanted, type == "migrateall" ? "VM.Migrate" : "VM.PowerMgmt");
        Guest[] guests = [.. state.Guests.Values.Where(guest => guest.Node == node && !guest.IsTemplate
            && (wanted.Count == 0 || wanted.Contains(guest.VmId.ToString(CultureInfo.InvariantCulture))) && applies(guest))];
        return Run(call, node, type, guests, action);
    }

    // Proxmox: whoever has no right on the whole must name the guests, and needs it on each of them.
    private void DemandRights(ApiCall call, IReadOnlyList<string> wanted, string privilege)
    {
        if (!state.Permissions.Has(call.Caller, "/", privilege))
        {
            string? refused = wanted.Count == 0 ? "/" : wanted.Select(static vmid => $"/vms/{vmid}").FirstOrDefault(path => !state.Permissions.Has(call.Caller, path, privilege));
            if (refused is not null)
            {
                throw ApiFault.Forbidden($"{refused}, {privilege}");
            }
        }
    }

    private ApiReply InCluster(ApiCall call, string type, Func<Guest, SubTask> action, Func<Guest, bool> applies)
    {
        HashSet<string> wanted = [.. call.Values("vms").SelectMany(static value => value.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries))];
        Guest[] guests = [.. state.Guests.Values.Where(guest => !guest.IsTemplate
            && (wanted.Count == 0 || wanted.Contains(guest.VmId.ToString(CultureInfo.InvariantCulture))) && applies(guest)
            && state.Permissions.Has(call.Caller, GuestContext.PathOf(guest.VmId), type == "bulkmigrate" ? "VM.Migrate" : "VM.PowerMgmt"))];
        return Run(call, state.LocalNode, type, guests, action);
    }

    private ApiReply Run(ApiCall call, string node, string type, Guest[] guests, Func<Guest, SubTask> action)
    {
        if (call.Text("target") is { } target && !state.Nodes.ContainsKey(target))
        {
            throw ApiFault.Failed($"no such cluster node '{target}'");
        }

        // All start at one moment, so that the parent is never due before those it reports on, however slow this machine is.
        DateTimeOffset now = state.Now;
        List<SimulatedTask> started = [];
        (Guest Guest, SubTask Action)[] chosen = [.. guests.Select(guest => (guest, action(guest)))];
        SimulatedTask parent = state.Tasks.Start(new TaskRequest(node, type, "", call.Caller.AuthId)
        {
            Effort = ParentEffort,
            StartsAt = now,
            Lines = [.. chosen.Select(static entry => entry.Action.Line)],
            Work = task => Report(task, started),
        });
        foreach ((Guest guest, SubTask sub) in chosen)
        {
            started.Add(state.Tasks.Start(GuestContext.Task(call, sub.Type, guest) with { StartsAt = now, Work = sub.Work }));
        }

        return ApiReply.Of(parent.Upid);
    }

    private static void Report(SimulatedTask task, List<SimulatedTask> started)
    {
        foreach (SimulatedTask sub in started.Where(static sub => sub.ExitStatus is not ("OK" or null)))
        {
            task.Warn(string.Create(CultureInfo.InvariantCulture, $"{sub.Type} {sub.Id} failed: {sub.ExitStatus}"));
        }
    }

    private static SubTask Start(Guest guest) => new(guest.IsContainer ? "vzstart" : "qmstart", $"Starting {guest.Label}", task => GuestLifecycle.Start(guest, task));

    private static SubTask Stop(Guest guest) => new(guest.IsContainer ? "vzshutdown" : "qmshutdown", $"Stopping {guest.Label} (timeout = 180 seconds)", _ =>
    {
        GuestContext.DemandUnlocked(guest);
        guest.Stop();
    });

    private static SubTask Suspend(Guest guest) => new("qmsuspend", $"Suspending {guest.Label}", _ =>
    {
        GuestContext.DemandUnlocked(guest);
        guest.IsPaused = true;
    });

    private SubTask Migrate(ApiCall call, Guest guest)
    {
        string target = call.Required("target");
        bool withDisks = call.IsSet("with-local-disks");
        return new SubTask(guest.IsContainer ? "vzmigrate" : "qmigrate", $"Migrating {guest.Label} to {target}", _ =>
        {
            GuestContext.DemandUnlocked(guest);
            Volume[] local = [.. state.Volumes.OfGuest(guest.VmId).Where(static volume => volume.Node is not null && (volume.Content is "images" or "rootdir"))];
            if (guest is { IsRunning: true, IsContainer: false } && !withDisks && local.Length > 0)
            {
                throw ApiFault.Failed("Problem found while scanning volumes - can't live migrate attached local disks without with-local-disks option");
            }

            GuestMoving.DemandWithoutSnapshots(state, guest, target, local);
            foreach (Volume volume in local)
            {
                context.Configurator.Volumes.Move(volume, target);
            }

            state.Move(guest, target);
        });
    }

    /// <summary>What is done to one guest.</summary>
    private sealed record SubTask(string Type, string Line, Action<SimulatedTask> Work);
}
