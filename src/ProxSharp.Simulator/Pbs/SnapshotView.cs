using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Shows groups, snapshots and their files as the lists of the API do.</summary>
internal static class SnapshotView
{
    /// <summary>A group; null if it holds no snapshots.</summary>
    public static JsonObject? Group(Datastore store, GroupKey group)
    {
        IReadOnlyList<SnapshotKey> snapshots = store.Snapshots(group);
        if (snapshots.Count == 0)
        {
            return null;
        }

        SnapshotKey last = snapshots[^1];
        JsonObject entry = new()
        {
            ["backup-type"] = group.Type,
            ["backup-id"] = group.Id,
            ["last-backup"] = last.Time,
            ["backup-count"] = snapshots.Count,
            ["files"] = new JsonArray([.. store.FilesOf(last).Select(static file => (JsonNode)JsonValue.Create(file.Name))]),
            ["owner"] = store.Owner(group),
        };
        AddComment(entry, store.GroupNotes(group));
        return entry;
    }

    public static JsonObject Snapshot(Datastore store, SnapshotKey key)
    {
        BackupManifest? manifest = store.Manifest(key);
        JsonObject entry = new() { ["backup-type"] = key.Group.Type, ["backup-id"] = key.Group.Id, ["backup-time"] = key.Time };
        AddComment(entry, manifest?.Notes);
        if (manifest is not null && Datastore.Verification(manifest) is { } verification)
        {
            entry["verification"] = new JsonObject { ["upid"] = verification.Upid, ["state"] = verification.State };
        }

        if (manifest?.KeyFingerprint is { } fingerprint)
        {
            entry["fingerprint"] = fingerprint.ToString();
        }

        entry["files"] = Files(store, key, manifest, out long size);
        if (manifest is not null)
        {
            entry["size"] = size;
        }

        entry["owner"] = store.Owner(key.Group);
        entry["protected"] = store.IsProtected(key);
        return entry;
    }

    /// <summary>The files of a snapshot: those of the manifest in its order, the manifest itself, then the rest.</summary>
    public static JsonArray Files(Datastore store, SnapshotKey key, BackupManifest? manifest, out long size)
    {
        JsonArray list = [];
        size = 0;
        HashSet<string> named = [];
        foreach (ManifestFile file in manifest?.Files ?? [])
        {
            list.Add((JsonNode)new JsonObject { ["filename"] = file.FileName, ["crypt-mode"] = Name(file.CryptMode), ["size"] = file.Size });
            named.Add(file.FileName);
            size += file.Size;
        }

        IReadOnlyList<StoreFile> stored = store.FilesOf(key);
        if (manifest is not null)
        {
            long length = stored.First(static file => file.Name == ArchiveName.Manifest).Length;
            string mode = manifest.Signature is null ? "none" : "sign-only";
            list.Add((JsonNode)new JsonObject { ["filename"] = ArchiveName.Manifest, ["crypt-mode"] = mode, ["size"] = length });
            named.Add(ArchiveName.Manifest);
            size += length;
        }

        foreach ((string name, _) in stored.Where(file => !named.Contains(file.Name)))
        {
            list.Add((JsonNode)new JsonObject { ["filename"] = name });
        }

        return list;
    }

    private static string Name(CryptMode mode) => mode switch
    {
        CryptMode.Encrypt => "encrypt",
        CryptMode.SignOnly => "sign-only",
        _ => "none",
    };

    private static void AddComment(JsonObject entry, string? notes)
    {
        if (notes is { Length: > 0 })
        {
            entry["comment"] = notes.Split('\n')[0];
        }
    }
}
