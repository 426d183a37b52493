using ProxSharp.Api;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Backup.Runs;

/// <summary>The ordinary calls that go with a backup.</summary>
internal static class SnapshotCalls
{
    private static readonly ApiOperation s_notes = new(ApiMethod.Put, "/admin/datastore/{store}/notes");
    private static readonly ApiOperation s_log = new(ApiMethod.Post, "/admin/datastore/{store}/upload-backup-log");

    /// <summary>Sets the notes of a snapshot.</summary>
    public static Task SetNotesAsync(Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, string notes, CancellationToken cancellationToken)
    {
        ApiParameters parameters = Parameters(store, folder, snapshot);
        parameters.Add("notes", notes);
        ApiCallOptions options = new() { Action = $"set the notes of {snapshot} in {store}" };
        return store.Client.Connection.SendAsync<bool>(s_notes, parameters, Ignore, options, cancellationToken);
    }

    /// <summary>Refuses a key that is not the one of a snapshot: nobody could read what it encrypts, as a snapshot is opened with its own key only.</summary>
    /// <exception cref="Formats.BackupKeyException">The snapshot was made with another key.</exception>
    public static async Task RequireKeyAsync(
        Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, CryptConfig key, CancellationToken cancellationToken)
    {
        BackupGroup group = store.Namespaces[folder].Groups[snapshot.Group];
        IReadOnlyList<BackupSnapshotInfo> all = await group.Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        string? named = all.FirstOrDefault(other => other.Path == snapshot)?.KeyFingerprint;
        // Of one that was made without a key, or is not there, the server decides.
        if (KeyFingerprint.TryParse(named, null, out KeyFingerprint made) && made != key.Fingerprint)
            throw SnapshotManifest.OtherKey(snapshot, made, key);
    }

    /// <summary>Stores the log of a backup beside it.</summary>
    public static async Task UploadLogAsync(
        Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
    {
        using MemoryStream content = new(blob.ToArray(), writable: false);
        ApiUpload upload = new(content, "client.log.blob");
        ApiCallOptions options = new() { Action = $"store the log of {snapshot} in {store}" };
        ApiParameters parameters = Parameters(store, folder, snapshot);
        await store.Client.Connection.UploadAsync<bool>(s_log, parameters, upload, Ignore, options, cancellationToken).ConfigureAwait(false);
    }

    private static ApiParameters Parameters(Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot)
    {
        ApiParameters parameters = new ApiParameters(6).WithPath("store", store.Name.ToString());
        parameters.Add("backup-type", snapshot.Group.Type.ToString());
        parameters.Add("backup-id", snapshot.Group.Id);
        parameters.Add("backup-time", snapshot.Time.ToUnixTimeSeconds());
        parameters.Add("ns", folder.IsRoot ? null : folder.ToString());
        return parameters;
    }

    private static bool Ignore(ref ApiJsonReader reader)
    {
        reader.Skip();
        return true;
    }
}
