using System.Globalization;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Migrations to another cluster. The other cluster is outside the simulation: what arrives there is not kept.</summary>
internal sealed class RemoteMigration(PveState state, GuestContext context)
{
    private const double Effort = 5;

    private readonly MigrationLog _log = new(state);

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/qemu/{vmid}/remote_migrate", call => Start(call, "qmigrate"));
        table.Post("/nodes/{node}/lxc/{vmid}/remote_migrate", call => Start(call, "vzmigrate"));
    }

    private ApiReply Start(ApiCall call, string type)
    {
        Guest guest = state.GetGuest(call);
        GuestContext.DemandUnlocked(guest);
        bool online = call.IsSet("online");
        if (guest.IsRunning && !online && !call.IsSet("restart"))
        {
            throw ApiFault.Failed(guest.IsContainer ? "Can't migrate running container without --online or --restart" : "can't migrate running VM without --online");
        }

        string host = PropertyStringEntries.Parse(call.Required("target-endpoint")).Items.FirstOrDefault(static part => part.Key == "host").Value ?? "";
        long target = call.Integer("target-vmid") ?? guest.VmId;
        bool delete = call.IsSet("delete");
        guest.Config["lock"] = "migrate";
        TimeSpan duration = state.Tasks.UsualDuration * Effort;
        List<string> lines = _log.Lines(guest, host, host, guest.IsRunning && !guest.IsContainer, [.. state.Volumes.OfGuest(guest.VmId).Where(static volume => volume.Content is "images" or "rootdir")], duration);
        lines.Insert(1, $"remote: started tunnel worker 'UPID:{host}:0000A001:00020001:66000000:{(guest.IsContainer ? "vzmtunnel" : "qmtunnel")}:{target.ToString(CultureInfo.InvariantCulture)}:root@pam!migration:'");
        return ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, type, guest) with
        {
            Effort = Effort,
            Lines = lines,
            OnAbort = () => guest.Config.Remove("lock"),
            Work = task => Finish(guest, delete, task),
        }).Upid);
    }

    private void Finish(Guest guest, bool delete, SimulatedTask task)
    {
        guest.Stop();
        if (delete)
        {
            context.Configurator.Volumes.RemoveAll(guest);
            state.Guests.Remove(guest.VmId);
        }

        // Proxmox: a guest that is kept stays locked, so that it is not started twice.
        task.Write(MigrationLog.Finished(task.Started, task.DueAt));
    }
}
