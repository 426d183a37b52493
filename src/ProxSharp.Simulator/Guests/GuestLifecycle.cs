using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Ha;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Start, stop, shutdown, reboot, reset, suspend and resume.</summary>
internal sealed class GuestLifecycle(PveState state)
{
    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/qemu/{vmid}/status/start", call => ThroughHa(call, "started") ?? StartMachine(call));
        table.Post("/nodes/{node}/qemu/{vmid}/status/stop", call => ThroughHa(call, "stopped") ?? Machine(call, "qmstop", static guest => guest.Stop()));
        table.Post("/nodes/{node}/qemu/{vmid}/status/shutdown", call => ThroughHa(call, "stopped") ?? ShutdownMachine(call));
        table.Post("/nodes/{node}/qemu/{vmid}/status/reboot", call => RunningMachine(call, "qmreboot", Restart));
        table.Post("/nodes/{node}/qemu/{vmid}/status/reset", call => RunningMachine(call, "qmreset", static _ => { }));
        table.Post("/nodes/{node}/qemu/{vmid}/status/suspend", SuspendMachine);
        table.Post("/nodes/{node}/qemu/{vmid}/status/resume", ResumeMachine);
        table.Post("/nodes/{node}/lxc/{vmid}/status/start", call => ThroughHa(call, "started") ?? StartContainer(call));
        table.Post("/nodes/{node}/lxc/{vmid}/status/stop", call => ThroughHa(call, "stopped") ?? RunningContainer(call, "vzstop", static guest => guest.Stop()));
        table.Post("/nodes/{node}/lxc/{vmid}/status/shutdown", call => ThroughHa(call, "stopped") ?? RunningContainer(call, "vzshutdown", static guest => guest.Stop()));
        table.Post("/nodes/{node}/lxc/{vmid}/status/reboot", call => RunningContainer(call, "vzreboot", Restart));
        table.Post("/nodes/{node}/lxc/{vmid}/status/suspend", call => RunningContainer(call, "vzsuspend", static guest => guest.IsPaused = true));
        table.Post("/nodes/{node}/lxc/{vmid}/status/resume", call => RunningContainer(call, "vzresume", static guest => guest.IsPaused = false));
    }

    // Proxmox: guests that the high-availability manager looks after are started and stopped by it; the call only asks for that.
    private ApiReply? ThroughHa(ApiCall call, string wanted)
    {
        Guest? guest = state.Guests.GetValueOrDefault((int)(call.Integer("vmid") ?? 0));
        if (guest is null || guest.Node != call.PathValues["node"] || state.Collections.Find(HaManager.Resources, HaManager.IdOf(guest)) is not { } resource)
        {
            return null;
        }

        return Run(GuestContext.Task(call, wanted == "started" ? "hastart" : "hastop", guest) with
        {
            Lines = [$"Requesting HA {(wanted == "started" ? "start" : "stop")} for {guest.Label}"],
            Work = _ =>
            {
                resource["state"] = wanted;
                state.Ha.Touch(HaManager.IdOf(guest));
            },
        });
    }

    /// <summary>Starts a guest or fails as its start task would.</summary>
    public static void Start(Guest guest, SimulatedTask task)
    {
        // Proxmox: a machine that sleeps on disk is locked, and wakes up by its start.
        bool wakes = IsAsleep(guest);
        if (!wakes)
        {
            GuestContext.DemandUnlocked(guest);
        }

        if (guest.IsTemplate)
        {
            throw ApiFault.Failed(guest.IsContainer ? "you can't start a CT if it's a template" : "you can't start a vm if it's a template");
        }

        if (guest.IsRunning)
        {
            throw ApiFault.Failed($"{guest.Label} already running");
        }

        if (wakes)
        {
            guest.Config.Remove("lock");
        }

        guest.Start(task.DueAt, task.Pid + 1);
    }

    private static bool IsAsleep(Guest guest) => !guest.IsContainer && guest.Lock == "suspended";

    // Proxmox: nearly nothing is checked before the task starts; what is wrong shows in its exit status.
    private ApiReply Machine(ApiCall call, string type, Action<Guest> work)
    {
        int vmid = (int)call.Integer("vmid")!;
        string node = call.PathValues["node"];
        GuestPrivileges.DemandSkiplock(call);
        bool skipLock = call.IsSet("skiplock");
        return Run(GuestContext.Task(call, type, vmid, node) with { Work = Work });

        void Work(SimulatedTask task)
        {
            Guest guest = state.FindGuest(vmid, isContainer: false, node) ?? throw PveState.GuestMissing(vmid, isContainer: false, node);
            if (!skipLock)
            {
                GuestContext.DemandUnlocked(guest);
            }

            GuestContext.DemandFile(guest, task.DueAt);
            work(guest);
        }
    }

    private ApiReply StartMachine(ApiCall call)
    {
        int vmid = (int)call.Integer("vmid")!;
        string node = call.PathValues["node"];
        GuestPrivileges.DemandSkiplock(call);
        Guest? early = state.FindGuest(vmid, isContainer: false, node);

        // A start that is bound to fail ends at once, as the real one does.
        double effort = early is null || early.IsRunning || early.IsTemplate || (early.Lock is not null && !IsAsleep(early)) ? 0.1 : 1;
        return Run(GuestContext.Task(call, "qmstart", vmid, node) with
        {
            Effort = effort,
            Work = task => Start(state.FindGuest(vmid, isContainer: false, node) ?? throw PveState.GuestMissing(vmid, isContainer: false, node), task),
        });
    }

    private ApiReply ShutdownMachine(ApiCall call)
    {
        if (state.FindGuest((int)call.Integer("vmid")!, isContainer: false, call.PathValues["node"]) is { IsRunning: true, IsPaused: false, HasSystem: false } deaf)
        {
            return ShutdownInVain(call, deaf);
        }

        if (state.FindGuest((int)call.Integer("vmid")!, isContainer: false, call.PathValues["node"]) is { IsRunning: true, IsPaused: true })
        {
            return call.IsSet("forceStop") ? Machine(call, "qmstop", static guest => guest.Stop()) : throw ApiFault.Failed("VM is paused - cannot shutdown");
        }

        return Machine(call, "qmshutdown", static guest => guest.Stop());
    }

    /// <summary>Nobody in the machine listens: the task holds the configuration's lock until the timeout.</summary>
    private ApiReply ShutdownInVain(ApiCall call, Guest guest)
    {
        GuestPrivileges.DemandSkiplock(call);
        GuestContext.DemandFile(guest, state.Now);
        TimeSpan timeout = TimeSpan.FromSeconds(call.Integer("timeout") ?? 60);
        bool stops = call.IsSet("forceStop");
        guest.BusyUntil = state.Now + timeout;
        return Run(GuestContext.Task(call, "qmshutdown", guest) with
        {
            Duration = timeout,
            OnAbort = () => guest.BusyUntil = default,
            Work = _ =>
            {
                guest.BusyUntil = default;
                if (!stops)
                {
                    throw ApiFault.Failed("VM quit/powerdown failed - got timeout");
                }

                guest.Stop();
            },
        });
    }

    private ApiReply RunningMachine(ApiCall call, string type, Action<Guest> work)
    {
        DemandRunning(DemandMachine(call));
        return Machine(call, type, guest =>
        {
            DemandRunning(guest);
            work(guest);
        });
    }

    private ApiReply SuspendMachine(ApiCall call)
    {
        bool toDisk = call.IsSet("todisk");
        return RunningMachine(call, toDisk ? "qmsuspend" : "qmpause", guest =>
        {
            if (toDisk)
            {
                guest.Stop();
                guest.Config["lock"] = "suspended";
            }
            else
            {
                guest.IsPaused = true;
            }
        });
    }

    private ApiReply ResumeMachine(ApiCall call)
    {
        Guest guest = DemandMachine(call);
        if (IsAsleep(guest))
        {
            return Run(GuestContext.Task(call, "qmresume", guest) with
            {
                Work = task =>
                {
                    guest.Config.Remove("lock");
                    guest.Start(task.DueAt, task.Pid + 1);
                },
            });
        }

        return RunningMachine(call, "qmresume", static running => running.IsPaused = false);
    }

    /// <summary>The machine of a call that looks at the process first, and so has its own words for a machine that does not exist.</summary>
    private Guest DemandMachine(ApiCall call)
    {
        int vmid = (int)call.Integer("vmid")!;
        string node = call.PathValues["node"];
        return state.FindGuest(vmid, isContainer: false, node)
            ?? throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"unable to find configuration file for VM {vmid} on node '{node}'"));
    }

    private ApiReply StartContainer(ApiCall call)
    {
        int vmid = (int)call.Integer("vmid")!;
        string node = call.PathValues["node"];
        GuestPrivileges.DemandSkiplock(call);
        Guest? early = state.FindGuest(vmid, isContainer: true, node);
        if (early?.IsRunning == true)
        {
            throw ApiFault.Failed($"{early.Label} already running");
        }

        return Run(GuestContext.Task(call, "vzstart", vmid, node) with
        {
            Effort = early is null || early.IsTemplate || early.Lock is not null ? 0.1 : 1,
            Work = task => Start(state.FindGuest(vmid, isContainer: true, node) ?? throw PveState.GuestMissing(vmid, isContainer: true, node), task),
        });
    }

    private ApiReply RunningContainer(ApiCall call, string type, Action<Guest> work)
    {
        int vmid = (int)call.Integer("vmid")!;
        GuestPrivileges.DemandSkiplock(call);

        // Proxmox: whether there is such a container at all is not looked at.
        Guest guest = state.FindGuest(vmid, isContainer: true, call.PathValues["node"]) ?? throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"CT {vmid} not running"));
        DemandRunning(guest);
        return Run(GuestContext.Task(call, type, guest) with
        {
            Work = _ =>
            {
                GuestContext.DemandUnlocked(guest);
                DemandRunning(guest);
                work(guest);
            },
        });
    }

    private void Restart(Guest guest)
    {
        guest.Stop();
        guest.Start(state.Now, guest.Pid + 1);
    }

    private static void DemandRunning(Guest guest)
    {
        if (!guest.IsRunning)
        {
            throw ApiFault.Failed($"{guest.Label} not running");
        }
    }

    private ApiReply Run(TaskRequest request) => ApiReply.Of(state.Tasks.Start(request).Upid);
}
