using System.Globalization;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Marks the chunks that indexes name and removes those that none has named for a day.</summary>
internal sealed class GarbageCollector(Datastore store, SimulatedTask task, DateTimeOffset now)
{
    // Proxmox: a day for file systems that note access times lazily, and five minutes to be sure.
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(24) + TimeSpan.FromMinutes(5);

    /// <summary>The lines that a collection writes while it marks.</summary>
    public static IReadOnlyList<string> MarkLines(Datastore store)
    {
        int files = IndexFiles(store).Count();
        List<string> lines = [$"starting garbage collection on store {store.Name}", "Start GC phase1 (mark used chunks)"];
        int last = 0;
        for (int done = 1; done <= files; done++)
        {
            int percent = done * 100 / files;
            if (percent > last)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"marked {percent}% ({done} of {files} index files)"));
                last = percent;
            }
        }

        return lines;
    }

    public void Run()
    {
        DateTimeOffset oldest = store.Locks.OldestWriter is { } writer && writer < task.Started ? writer : task.Started;
        CollectionStatus marked = Mark();
        task.Write("Start GC phase2 (sweep unused chunks)");
        CollectionStatus status = Sweep(marked, oldest - s_grace, oldest);
        task.Write($"Removed garbage: {ByteSize.Text(status.RemovedBytes)}");
        task.Write(string.Create(CultureInfo.InvariantCulture, $"Removed chunks: {status.RemovedChunks}"));
        Report(status);
        store.LastCollection = status;
    }

    private static IEnumerable<IndexFile> IndexFiles(Datastore store) =>
        from key in store.AllSnapshots()
        from file in store.FilesOf(key)
        where !file.Name.EndsWith(".blob", StringComparison.Ordinal)
        select new IndexFile(key, file.Name);

    private CollectionStatus Mark()
    {
        long files = 0;
        long bytes = 0;
        foreach ((SnapshotKey key, string name) in IndexFiles(store))
        {
            files++;
            IChunkIndex index = Open(key, name);
            bytes += index.Size;
            MarkChunks(index, store.PathOf($"{key.Folder}/{name}"));
        }

        return new CollectionStatus { Upid = task.Upid, Started = task.Started, Ended = now, State = "OK", IndexFiles = files, IndexBytes = bytes };
    }

    // Proxmox: chunks of an index that cannot be read cannot be told from garbage, so nothing may be swept.
    private IChunkIndex Open(SnapshotKey key, string name)
    {
        try
        {
            return StoredFile.Open(store, key, name).Index!;
        }
        catch (ApiFault fault)
        {
            string reason = $"can't read index '{store.PathOf($"{key.Folder}/{name}")}' - {fault.Message}";
            CollectionStatus last = store.LastCollection ?? new CollectionStatus { Upid = task.Upid, Started = task.Started };
            store.LastCollection = last with { Started = task.Started, Ended = now, State = reason };
            throw ApiFault.Failed(reason);
        }
    }

    private void MarkChunks(IChunkIndex index, string path)
    {
        Sha256Digest? last = null;
        for (int i = 0; i < index.Count; i++)
        {
            Sha256Digest digest = index[i].Digest;
            if (digest != last && !store.Chunks.Touch(digest, now))
            {
                task.Warn($"warning: unable to access non-existent chunk {digest}, required by \"{path}\"");
            }

            last = digest;
        }
    }

    private CollectionStatus Sweep(CollectionStatus status, DateTimeOffset cutoff, DateTimeOffset oldest)
    {
        StoredChunk[] chunks = [.. store.Chunks.All.OrderBy(static chunk => chunk.Digest.ToString(), StringComparer.Ordinal)];
        int last = 0;
        for (int i = 0; i < chunks.Length; i++)
        {
            status = Sweep(status, chunks[i].Digest, chunks[i].Length, cutoff, oldest);

            // Proxmox: progress is measured in the 65536 folders.
            int percent = (Convert.ToInt32(chunks[i].Digest.ToString()[..4], 16) + 1) * 100 / 65536;
            if (percent > last)
            {
                task.Write(string.Create(CultureInfo.InvariantCulture, $"processed {percent}% ({i} chunks)"));
                last = percent;
            }
        }

        return status with { RemovedBad = store.Chunks.RemoveBad(), StillBad = store.Chunks.BadCount };
    }

    private CollectionStatus Sweep(CollectionStatus status, Sha256Digest digest, long length, DateTimeOffset cutoff, DateTimeOffset oldest)
    {
        DateTimeOffset touched = store.Chunks.LastTouched(digest);
        if (touched < cutoff)
        {
            store.Chunks.Remove(digest);
            return status with { RemovedChunks = status.RemovedChunks + 1, RemovedBytes = status.RemovedBytes + length };
        }

        return touched < oldest
            ? status with { PendingChunks = status.PendingChunks + 1, PendingBytes = status.PendingBytes + length }
            : status with { DiskChunks = status.DiskChunks + 1, DiskBytes = status.DiskBytes + length };
    }

    private void Report(CollectionStatus status)
    {
        if (status.PendingChunks > 0)
        {
            task.Write(string.Create(CultureInfo.InvariantCulture, $"Pending removals: {ByteSize.Text(status.PendingBytes)} (in {status.PendingChunks} chunks)"));
        }

        if (status.RemovedBad > 0)
        {
            task.Write(string.Create(CultureInfo.InvariantCulture, $"Removed bad chunks: {status.RemovedBad}"));
        }

        if (status.StillBad > 0)
        {
            task.Write(string.Create(CultureInfo.InvariantCulture, $"Leftover bad chunks: {status.StillBad}"));
        }

        double share = status.IndexBytes > 0 ? status.DiskBytes * 100.0 / status.IndexBytes : 0;
        double factor = status.DiskBytes > 0 ? (double)status.IndexBytes / status.DiskBytes : 1;
        task.Write($"Original data usage: {ByteSize.Text(status.IndexBytes)}");
        task.Write(string.Create(CultureInfo.InvariantCulture, $"On-Disk usage: {ByteSize.Text(status.DiskBytes)} ({share:F2}%)"));
        task.Write(string.Create(CultureInfo.InvariantCulture, $"On-Disk chunks: {status.DiskChunks}"));
        task.Write(string.Create(CultureInfo.InvariantCulture, $"Deduplication factor: {factor:F2}"));
        if (status.DiskChunks > 0)
        {
            task.Write($"Average chunk size: {ByteSize.Text((double)(status.DiskBytes / status.DiskChunks))}");
        }
    }

    private sealed record IndexFile(SnapshotKey Key, string Name);
}
