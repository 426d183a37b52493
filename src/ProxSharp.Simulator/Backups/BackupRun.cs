using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Backups;

/// <summary>One backup task: locks its guests while it runs and leaves an archive for each.</summary>
internal sealed class BackupRun(PveState state, BackupLog log, StorageDefinition storage, DateTimeOffset started)
{
    private readonly List<GuestArchive> _archives = [];
    private bool _failed;

    public required string Mode { get; init; }

    /// <summary>The ending that the compression adds; empty for none.</summary>
    public required string Suffix { get; init; }

    public string? NotesTemplate { get; init; }

    public bool IsProtected { get; init; }

    /// <summary>How many older backups of a guest are kept, such as <c>keep-last=2</c>; null to keep all.</summary>
    public string? PruneRule { get; init; }

    /// <summary>Locks the guests; returns what the task writes while it works.</summary>
    public List<string> Begin(Guest[] guests)
    {
        List<string> lines = [];
        foreach (Guest guest in guests)
        {
            if (guest.Lock is { } held)
            {
                _failed = true;
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"INFO: Starting Backup of VM {guest.VmId} ({guest.TypeName})"));
                lines.Add($"INFO: Backup started at {ByteText.Stamp(started)}");
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"ERROR: Backup of VM {guest.VmId} failed - {(guest.IsContainer ? "CT" : "VM")} is locked ({held})"));
                lines.Add($"INFO: Failed at {ByteText.Stamp(started)}");
                continue;
            }

            (string id, string path, string suffix) = NameOf(guest);
            _archives.Add(new GuestArchive(guest, id, suffix));
            guest.Config["lock"] = "backup";
            lines.AddRange(log.Backup(guest, Mode, path, started));
        }

        return lines;
    }

    /// <summary>Lets the guests go without archives.</summary>
    public void Abort()
    {
        foreach ((Guest guest, _, _) in _archives)
        {
            guest.Config.Remove("lock");
        }
    }

    /// <summary>Makes the archives.</summary>
    public void Finish(SimulatedTask task)
    {
        Abort();
        foreach ((Guest guest, string id, string suffix) in _archives)
        {
            if (state.Faults?.IsFull(storage.Id) == true)
            {
                _failed = true;
                task.Write("INFO: zstd: error 70 : Write error : cannot write block : No space left on device");
                task.Write(string.Create(CultureInfo.InvariantCulture, $"ERROR: Backup of VM {guest.VmId} failed - vma_queue_write: write error - Broken pipe"));
                task.Write($"INFO: Failed at {ByteText.Stamp(task.DueAt)}");
                continue;
            }

            Volume archive = Keep(guest, id, suffix);
            task.Write($"INFO: archive file size: {DiskOptions.FormatSize(archive.Size)}B");
            if (archive.Notes is not null)
            {
                task.Write("INFO: adding notes to backup");
            }

            Prune(task, guest);
            task.Write(string.Create(CultureInfo.InvariantCulture, $"INFO: Finished Backup of VM {guest.VmId} ({ByteText.Clock(task.DueAt - task.Started)})"));
            task.Write($"INFO: Backup finished at {ByteText.Stamp(task.DueAt)}");
        }

        task.Write(_failed ? "INFO: Backup job finished with errors" : "INFO: Backup job finished successfully");
        if (_failed)
        {
            throw ApiFault.Failed("job errors");
        }
    }

    private void Prune(SimulatedTask task, Guest guest)
    {
        if (PruneRule is null || PruneMarks.KeepsAll(PruneRule))
        {
            return;
        }

        task.Write($"INFO: prune older backups with retention: {string.Join(", ", PruneRule.Split(','))}");
        int pruned = 0;
        foreach ((Volume volume, string mark) in PruneMarks.Of(state, storage, guest.Node, PruneRule, guest.VmId, guest.TypeName))
        {
            if (mark == "remove")
            {
                task.Write($"INFO: removing backup '{volume.Id}'");
                state.Volumes.Remove(volume);
                pruned++;
            }
        }

        task.Write(string.Create(CultureInfo.InvariantCulture, $"INFO: pruned {pruned} backup(s){(pruned > 0 ? " not covered by keep-retention policy" : "")}"));
    }

    private (string Id, string Path, string Suffix) NameOf(Guest guest)
    {
        if (storage.Type == "pbs")
        {
            string kind = guest.IsContainer ? "ct" : "vm";
            string snapshot = string.Create(CultureInfo.InvariantCulture, $"{kind}/{guest.VmId}/{started.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
            return ($"{storage.Id}:backup/{snapshot}", snapshot, $"pbs-{kind}");
        }

        string stamp = started.UtcDateTime.ToString("yyyy_MM_dd-HH_mm_ss", CultureInfo.InvariantCulture);
        string suffix = (guest.IsContainer ? "tar" : "vma") + Suffix;
        string file = string.Create(CultureInfo.InvariantCulture, $"vzdump-{guest.TypeName}-{guest.VmId}-{stamp}.{suffix}");
        string folder = storage.Options["path"] is { } path ? ApiCall.TextOf(path) : $"/mnt/pve/{storage.Id}";
        return ($"{storage.Id}:backup/{file}", $"{folder}/dump/{file}", suffix);
    }

    private Volume Keep(Guest guest, string id, string suffix)
    {
        Volume archive = new()
        {
            Id = id,
            Storage = storage.Id,
            Node = storage.IsShared ? null : guest.Node,
            Content = "backup",
            Format = suffix,
            Size = Math.Max(1 << 20, GuestFigures.RootDisk(guest) / 3),
            VmId = guest.VmId,
            Created = started.ToUnixTimeSeconds(),
            Notes = NotesTemplate?.Replace("{{guestname}}", guest.Name, StringComparison.Ordinal)
                .Replace("{{vmid}}", guest.VmId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{{node}}", guest.Node, StringComparison.Ordinal)
                .Replace("{{cluster}}", state.Nodes.Count > 1 ? state.ClusterName : "standalone node", StringComparison.Ordinal)
                .Replace("\\n", "\n", StringComparison.Ordinal),
            IsProtected = IsProtected,

            // Proxmox: volumes that are not used are no part of a backup.
            SavedConfig = new Dictionary<string, string>(
                guest.Config.Where(static option => !option.Key.StartsWith("unused", StringComparison.Ordinal)), StringComparer.Ordinal),
        };
        if (state.Volumes.Find(id, guest.Node) is { } same)
        {
            state.Volumes.Remove(same);
        }

        state.Volumes.Add(archive);
        return archive;
    }

    private sealed record GuestArchive(Guest Guest, string Id, string Suffix);
}
