using System.Globalization;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Backups;

/// <summary>What backup and restore tasks write while they work.</summary>
internal sealed class BackupLog(PveState state)
{
    private const int Steps = 10;
    private const int SecondsPerStep = 3;

    /// <summary>The lines of the backup of one guest, up to the finished archive.</summary>
    public List<string> Backup(Guest guest, string mode, string archive, DateTimeOffset started)
    {
        List<string> lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"INFO: Starting Backup of VM {guest.VmId} ({guest.TypeName})"),
            $"INFO: Backup started at {ByteText.Stamp(started)}",
            $"INFO: status = {(guest.IsRunning ? "running" : "stopped")}",
            $"INFO: backup mode: {(guest.IsRunning ? mode : "stop")}",
            "INFO: ionice priority: 7",
            $"INFO: {(guest.IsContainer ? "CT" : "VM")} Name: {guest.Name}",
        ];
        long total = 0;
        foreach ((string key, string volume, bool included, string _) in BackupSelection.VolumesOf(guest))
        {
            long size = state.Volumes.Find(volume, guest.Node)?.Size ?? 0;
            total += included ? size : 0;
            lines.Add(guest.IsContainer
                ? $"INFO: {(included ? "including" : "excluding")} {(key == "rootfs" ? "mount point rootfs ('/')" : $"volume mount point {key} ('{DiskOptions.Get(guest.Config[key], "mp")}')")} {(included ? "in" : "from")} backup"
                : $"INFO: {(included ? "include" : "exclude")} disk '{key}' '{volume}' {DiskOptions.FormatSize(size)}");
        }

        lines.Add($"INFO: creating {(archive.StartsWith('/') ? "vzdump" : "Proxmox Backup Server")} archive '{archive}'");
        if (guest.IsContainer)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"INFO: Total bytes written: {total} ({ByteText.Human(total)}, 210MiB/s)"));
        }
        else
        {
            lines.Add(guest.IsRunning ? $"INFO: started backup task '{state.NewUuid()}'" : "INFO: starting kvm to execute backup task");
            lines.AddRange(Progress("INFO: ", total));
        }

        return lines;
    }

    /// <summary>The lines of the restore of an archive.</summary>
    public static List<string> Restore(Volume archive, bool isContainer)
    {
        List<string> lines = [$"restore {(isContainer ? "vzdump" : "vma")} archive: {archive.Id}"];
        if (isContainer)
        {
            lines.Add($"extracting archive '{archive.Id}'");
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Total bytes read: {archive.Size} ({ByteText.Human(archive.Size)}, 310MiB/s)"));
            return lines;
        }

        lines.AddRange(Enumerable.Range(1, Steps).Select(step => string.Create(
            CultureInfo.InvariantCulture, $"progress {step * 100 / Steps}% (read {archive.Size / Steps * step} bytes, duration {step * SecondsPerStep} sec)")));
        return lines;
    }

    private static IEnumerable<string> Progress(string prefix, long total) => Enumerable.Range(1, Steps).Select(step =>
    {
        string percent = string.Create(CultureInfo.InvariantCulture, $"{step * 100 / Steps}").PadLeft(3);
        string speed = ByteText.Human(total / Steps / SecondsPerStep);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{prefix}{percent}% ({ByteText.Human(total / Steps * step)} of {ByteText.Human(total)}) in {step * SecondsPerStep}s, read: {speed}/s, write: {speed}/s");
    });
}
