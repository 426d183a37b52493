using System.Globalization;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Jobs;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>Writes the snapshots of a datastore that a media set does not have yet.</summary>
internal sealed class TapeBackupRun(TapeState tapes, Datastore store, string pool, string drive, JobSettings job, SimulatedTask task)
{
    public void Run()
    {
        MediaSet set = Allocate(out Cartridge tape);
        task.Write($"media set uuid: {set.Uuid}");
        GroupKey[] groups = [.. store.Namespaces(job.Namespace("ns"), (int)(job.Number("max-depth") ?? 7)).SelectMany(store.Groups)
            .Where(job.Includes).OrderBy(static group => group.Folder, StringComparer.Ordinal)];
        task.Write(string.Create(CultureInfo.InvariantCulture, $"found {groups.Length} groups"));
        long before = tape.BytesUsed;
        for (int i = 0; i < groups.Length; i++)
        {
            Write(set, tape, groups[i]);
            task.Write(string.Create(
                CultureInfo.InvariantCulture, $"percentage done: {100.0 * (i + 1) / groups.Length:0.00}% ({i + 1}/{groups.Length} groups)"));
        }

        task.Write($"append media catalog '{tape.Name}'");
        task.Write(string.Create(CultureInfo.InvariantCulture, $"wrote {tape.BytesUsed - before} bytes to media '{tape.Name}'"));
        Finish(tape);
    }

    /// <summary>Goes on with the pool's last set if one of its tapes can be written, else begins another one.</summary>
    private MediaSet Allocate(out Cartridge tape)
    {
        MediaSet? last = job.IsSet("force-media-set") ? null : tapes.Sets.LastOrDefault(set => set.Pool == pool);
        if (last?.Members.LastOrDefault() is { Verdict: null } open)
        {
            tape = tapes.Load(drive, other => other == open, open.Name!);
            task.Write($"continue media set on media '{open.Name}'");
            return last;
        }

        bool IsFree(Cartridge other) => other is { Set: null, Verdict: null, Vault: null }
            && (other.Label!.Pool ?? pool) == pool && tapes.LocationOf(other) != "offline";
        Cartridge free = tapes.Known.FirstOrDefault(IsFree)
            ?? tapes.InDrive(drive)?.Tape switch
            {
                { Label: { } label, Set: null } loaded when (label.Pool ?? pool) == pool => loaded,
                _ => throw ApiFault.Failed($"alloc writable media in pool '{pool}' failed: no usable media found"),
            };
        tape = tapes.Load(drive, other => other == free, free.Name!);
        MediaSet set = tapes.BeginSet(tapes.NewUuid(), pool, task.DueAt);
        (tape.Set, tape.Number) = (set, 0);
        set.Members.Add(tape);
        task.Write($"writing new media set label to media '{tape.Name}'");
        return set;
    }

    private void Write(MediaSet set, Cartridge tape, GroupKey group)
    {
        SnapshotKey[] snapshots = [.. store.Snapshots(group).Where(key => store.Manifest(key) is not null)];
        foreach (SnapshotKey key in job.IsSet("latest-only") ? snapshots.TakeLast(1) : snapshots)
        {
            if (set.Places.ContainsKey((store.Name, key)))
            {
                task.Write($"skip snapshot {key.Snapshot} - already stored");
                continue;
            }

            task.Write($"backup snapshot {key.Snapshot}");
            Datastore target = set.Store(store.Name);
            if (!key.Namespace.IsRoot)
            {
                target.Files.MakeFolder(key.Namespace.StorePath);
            }

            target.SetOwner(group, store.Owner(group) ?? "root@pam");
            tape.BytesUsed += Copy(target, key);
            set.Places[(store.Name, key)] = tape;
        }
    }

    private long Copy(Datastore target, SnapshotKey key)
    {
        long written = 0;
        foreach ((string name, long length) in store.FilesOf(key))
        {
            StoredFile file = StoredFile.Open(store, key, name);
            for (int i = 0; i < (file.Index?.Count ?? 0); i++)
            {
                IndexChunk chunk = file.Index![i];
                if (!target.Chunks.Touch(chunk.Digest, task.DueAt) && store.Chunks.Read(chunk.Digest) is { } blob)
                {
                    target.Chunks.Write(chunk.Digest, blob, task.DueAt);
                    written += blob.Length;
                }
            }

            target.Write(key, name, file.Content);
            written += length;
        }

        return written;
    }

    private void Finish(Cartridge tape)
    {
        if (job.IsSet("export-media-set"))
        {
            task.Write($"exported media '{tape.Name}'");
            tapes.Unload(drive, null);
        }
        else if (job.IsSet("eject-media"))
        {
            task.Write($"ejected media '{tape.Name}' from drive '{drive}'");
            tapes.Unload(drive, null);
        }
    }
}
