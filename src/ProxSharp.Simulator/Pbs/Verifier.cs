using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Reads snapshots to the last chunk and notes in their manifests whether all is well.</summary>
internal sealed class Verifier(Datastore store, SimulatedTask task)
{
    private readonly HashSet<Sha256Digest> _good = [];
    private readonly HashSet<Sha256Digest> _bad = [];
    private readonly List<string> _failed = [];

    /// <summary>Tells whether a manifest needs no verification again.</summary>
    public required Func<BackupManifest, bool> IsSkipped { get; init; }

    /// <summary>Verifies groups, and fails the task if something is wrong with one.</summary>
    public void Groups(IReadOnlyList<GroupKey> groups)
    {
        task.Write(string.Create(CultureInfo.InvariantCulture, $"found {groups.Count} groups"));
        for (int i = 0; i < groups.Count; i++)
        {
            Group(groups[i], i, groups.Count);
        }

        Conclude();
    }

    /// <summary>Verifies one group.</summary>
    public void Group(GroupKey group)
    {
        Group(group, 0, 1);
        Conclude();
    }

    /// <summary>Verifies one snapshot.</summary>
    public void Snapshot(SnapshotKey key)
    {
        Verify(key);
        Conclude();
    }

    private void Conclude()
    {
        if (_failed.Count == 0)
        {
            return;
        }

        task.Write("Failed to verify the following snapshots/groups:");
        foreach (string name in _failed)
        {
            task.Write("\t" + name);
        }

        throw ApiFault.Failed("verification failed - please check the log for details");
    }

    private void Group(GroupKey group, int position, int count)
    {
        SnapshotKey[] snapshots = [.. store.Snapshots(group).Reverse()];
        task.Write(string.Create(CultureInfo.InvariantCulture, $"verify group {store.Name}:{group.Folder} ({snapshots.Length} snapshots)"));
        for (int i = 0; i < snapshots.Length; i++)
        {
            Verify(snapshots[i]);
            bool isLast = i == snapshots.Length - 1;
            double done = (position + ((i + 1.0) / snapshots.Length)) * 100 / count;
            string detail = isLast
                ? string.Create(CultureInfo.InvariantCulture, $"{position + 1}/{count} groups")
                : string.Create(CultureInfo.InvariantCulture, $"{position}/{count} groups, {i + 1}/{snapshots.Length} snapshots in group #{position + 1}");
            task.Write(string.Create(CultureInfo.InvariantCulture, $"percentage done: {done:F2}% ({detail})"));
        }
    }

    private void Verify(SnapshotKey key)
    {
        if (store.Locks.IsRunning(key))
        {
            string path = store.PathOf(key.Folder);
            task.Write($"SKIPPED: verify {store.Name}:{key.Folder} - could not acquire snapshot lock: "
                + $"unable to acquire lock on snapshot directory \"{path}\" - locked by another operation");
            return;
        }

        if (store.Manifest(key) is not { } manifest)
        {
            task.Write($"verify {store.Name}:{key.Folder} - manifest load error: {store.NoManifest(key)}");
            _failed.Add(key.Folder);
            return;
        }

        if (IsSkipped(manifest))
        {
            task.Write($"SKIPPED: verify {store.Name}:{key.Folder} (recently verified)");
            return;
        }

        task.Write($"verify {store.Name}:{key.Folder}");
        bool isGood = true;
        foreach (ManifestFile file in manifest.Files)
        {
            isGood &= Verify(key, file);
        }

        if (!isGood)
        {
            _failed.Add(key.Folder);
        }

        store.UpdateManifest(key, unprotected => unprotected["verify_state"] = new JsonObject { ["state"] = isGood ? "ok" : "failed", ["upid"] = task.Upid });
    }

    private bool Verify(SnapshotKey key, ManifestFile file)
    {
        task.Write($"  check {file.FileName}");
        try
        {
            StoredFile stored = StoredFile.Open(store, key, file.FileName);
            if (stored.Index is { } index)
            {
                VerifyIndex(index, file);
            }
            else
            {
                VerifyBlob(stored.Content, file);
            }

            return true;
        }
        catch (ApiFault fault)
        {
            task.Write($"verify {store.Name}:{key.Folder}/{file.FileName} failed: {fault.Message}");
            return false;
        }
    }

    private static void VerifyBlob(byte[] blob, ManifestFile file)
    {
        DemandListed(blob.Length, new Sha256Digest(SHA256.HashData(blob)), file);
        try
        {
            DataBlob.Verify(blob);
        }
        catch (ProxmoxProtocolException)
        {
            throw ApiFault.Failed("Data blob has wrong CRC checksum.");
        }
    }

    /// <summary>Fails if a file is not the one that the manifest lists.</summary>
    private static void DemandListed(long size, Sha256Digest checksum, ManifestFile file)
    {
        if (size != file.Size)
        {
            throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"wrong size ({file.Size} != {size})"));
        }

        if (checksum != file.Checksum)
        {
            throw ApiFault.Failed("wrong index checksum");
        }
    }

    private void VerifyIndex(IChunkIndex index, ManifestFile file)
    {
        DemandListed(index.Size, index.Checksum, file);
        (long read, long decoded, int errors) = VerifyChunks(index, file.CryptMode);
        string amounts = $"{ByteSize.MebiBytes(read)}/{ByteSize.MebiBytes(decoded)} MiB";
        task.Write(string.Create(CultureInfo.InvariantCulture, $"  verified {amounts} in 1.00 seconds, speed {amounts}/s ({errors} errors)"));
        if (errors > 0)
        {
            throw ApiFault.Failed("chunks could not be verified");
        }
    }

    /// <summary>Verifies the chunks that no file before had. Returns the encoded and the plain bytes of the good ones, and how many are bad.</summary>
    private (long Read, long Decoded, int Errors) VerifyChunks(IChunkIndex index, CryptMode mode)
    {
        long read = 0;
        long decoded = 0;
        int errors = 0;
        for (int i = 0; i < index.Count; i++)
        {
            IndexChunk chunk = index[i];
            if (_good.Contains(chunk.Digest))
            {
                continue;
            }

            if (_bad.Contains(chunk.Digest))
            {
                task.Write($"chunk {chunk.Digest} was marked as corrupt");
                errors++;
            }
            else if (Verify(chunk, mode) is { } length)
            {
                _good.Add(chunk.Digest);
                (read, decoded) = (read + length, decoded + chunk.Length);
            }
            else
            {
                _bad.Add(chunk.Digest);
                errors++;
            }
        }

        return (read, decoded, errors);
    }

    /// <summary>Verifies a chunk; returns its encoded length, or null if it is damaged.</summary>
    private long? Verify(IndexChunk chunk, CryptMode mode)
    {
        if (store.Chunks.Read(chunk.Digest) is not { } blob)
        {
            task.Write(LoadFailed(chunk, "No such file or directory (os error 2)"));
            return null;
        }

        string? fault = Fault(chunk, mode, blob);
        if (fault is null)
        {
            return blob.Length;
        }

        task.Write(fault);
        store.Chunks.SetAside(chunk.Digest);
        task.Write($"corrupted chunk renamed to \"{store.ChunkPath(chunk.Digest)}.0.bad\"");
        return null;
    }

    private string LoadFailed(IndexChunk chunk, string reason) =>
        $"can't verify chunk, load failed - store '{store.Name}', unable to load chunk '{chunk.Digest}' - {reason}";

    private string? Fault(IndexChunk chunk, CryptMode mode, byte[] blob)
    {
        DataBlobKind kind;
        try
        {
            kind = DataBlob.Verify(blob);
        }
        catch (ProxmoxProtocolException)
        {
            return LoadFailed(chunk, "Data blob has wrong CRC checksum.");
        }

        bool isEncrypted = DataBlob.IsEncrypted(kind);
        if (isEncrypted != (mode == CryptMode.Encrypt))
        {
            return $"chunk CryptMode {(isEncrypted ? "Encrypt" : "None")} does not match index CryptMode {(isEncrypted ? "None" : "Encrypt")}";
        }

        return isEncrypted || ChunkReceiver.DigestOf(blob, kind, (int)chunk.Length) == chunk.Digest ? null : "detected chunk with wrong digest.";
    }
}
