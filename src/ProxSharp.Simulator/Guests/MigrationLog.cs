using System.Globalization;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Guests;

/// <summary>What migration tasks write while they work: every line begins with the time.</summary>
internal sealed class MigrationLog(PveState state)
{
    private const int Steps = 8;

    /// <summary>The lines of a migration.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="target">The node, or the address of another cluster.</param>
    /// <param name="address">The target's address.</param>
    /// <param name="online">True if the guest keeps running.</param>
    /// <param name="local">The volumes that must be copied.</param>
    /// <param name="duration">How long the task takes.</param>
    public List<string> Lines(Guest guest, string target, string address, bool online, IReadOnlyList<Volume> local, TimeSpan duration)
    {
        string label = guest.IsContainer ? "CT" : "VM";
        List<string> lines = [string.Create(CultureInfo.InvariantCulture, $"starting migration of {label} {guest.VmId} to node '{target}' ({address})")];
        foreach (Volume volume in local)
        {
            lines.Add($"found local {(guest.IsContainer ? "volume" : "disk")} '{volume.Id}' (attached)");
        }

        if (!online)
        {
            foreach (Volume volume in local)
            {
                lines.Add($"copying local disk image '{volume.Id}'");
                lines.AddRange(Copied(volume.Size, static (done, total, percent) => $"{done} of {total} copied ({percent}%)"));
                lines.Add($"volume '{volume.Id}' is '{volume.Id}' on the target");
            }
        }
        else
        {
            AddLive(lines, guest, target, local);
        }

        DateTimeOffset begun = state.Now;
        return [.. lines.Select((line, index) => $"{ByteText.Stamp(begun + (duration * index / lines.Count))} {line}")];
    }

    /// <summary>The closing line.</summary>
    public static string Finished(DateTimeOffset started, DateTimeOffset ended) => $"{ByteText.Stamp(ended)} migration finished successfully (duration {ByteText.Clock(ended - started)})";

    private static void AddLive(List<string> lines, Guest guest, string target, IReadOnlyList<Volume> local)
    {
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"starting VM {guest.VmId} on remote node '{target}'"));
        lines.Add("start remote tunnel");
        lines.Add("ssh tunnel ver 1");
        foreach (Volume volume in local)
        {
            string drive = guest.Config.FirstOrDefault(option => DiskOptions.VolumeOf(option.Value) == volume.Id).Key ?? "scsi0";
            lines.Add($"starting storage migration");
            lines.AddRange(Copied(volume.Size, (done, total, percent) => $"drive-{drive}: transferred {done} of {total} ({percent}%)"));
            lines.Add($"drive-{drive}: mirror-job is ready");
        }

        lines.Add(string.Create(CultureInfo.InvariantCulture, $"starting online/live migration on unix:/run/qemu-server/{guest.VmId}.migrate"));
        lines.Add("set migration capabilities");
        lines.AddRange(Copied(guest.Memory, static (done, total, _) => $"migration active, transferred {done} of {total} VM-state, 113.9 MiB/s"));
        lines.Add("average migration speed: 118.4 MiB/s - downtime 42 ms");
        lines.Add("migration completed, transferred all VM-state");
        lines.Add("migration status: completed");
    }

    private static IEnumerable<string> Copied(long total, Func<string, string, string, string> write) => Enumerable.Range(1, Steps).Select(step => write(
        ByteText.Human(total / Steps * step), ByteText.Human(total), string.Create(CultureInfo.InvariantCulture, $"{100.0 * step / Steps:F2}")));
}
