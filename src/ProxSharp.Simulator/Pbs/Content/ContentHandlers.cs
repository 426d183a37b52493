using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Content;

/// <summary>What is in snapshots: downloads, catalogs, single files, and the log that a client adds.</summary>
internal sealed class ContentHandlers(PbsState state)
{
    private const string MetadataSuffix = ".mpxar.didx";
    private const string PayloadSuffix = ".ppxar.didx";

    public void Register(HandlerTable table)
    {
        const string Store = "/admin/datastore/{store}";
        table.Get($"{Store}/download", Download);
        table.Get($"{Store}/download-decoded", DownloadDecoded);
        table.Get($"{Store}/catalog", Catalog);
        table.Get($"{Store}/pxar-file-download", DownloadFile);
        table.Post($"{Store}/upload-backup-log", UploadLog);
    }

    private (Datastore Store, SnapshotKey Key) Enter(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, "Datastore.Read", "Datastore.Backup", isWrite: false);
        SnapshotKey key = DatastoreAccess.Snapshot(call);
        DatastoreAccess.DemandOwner(store, key.Group, call.Caller, ownOnly);
        return (store, key);
    }

    private static ApiReply Stream(IEnumerable<ReadOnlyMemory<byte>> parts) => new() { Parts = parts };

    private static ApiReply Stream(byte[] content) => Stream([content]);

    private ApiReply Download(ApiCall call)
    {
        (Datastore store, SnapshotKey key) = Enter(call);
        byte[] content = store.Read(key, call.Required("file-name")) ?? throw new ApiFault(400, "File open failed: No such file or directory (os error 2)");
        return Stream(content);
    }

    private ApiReply DownloadDecoded(ApiCall call)
    {
        (Datastore store, SnapshotKey key) = Enter(call);
        string name = call.Required("file-name");
        DemandPlain(store, key, name);
        if (!ArchiveName.IsStored(name))
        {
            throw new ApiFault(400, $"cannot download '.{name.Split('.')[^1]}' files");
        }

        StoredFile stored = StoredFile.Open(store, key, name);
        return stored.Index is { } index ? Stream(new IndexSource(store, index).Parts()) : Stream(Decode(stored.Content));
    }

    private static byte[] Decode(byte[] blob)
    {
        try
        {
            return BlobCodecs.Decode(blob);
        }
        catch (ProxmoxException exception)
        {
            throw new ApiFault(400, exception.Message);
        }
    }

    private static BackupManifest DemandPlain(Datastore store, SnapshotKey key, string name)
    {
        BackupManifest manifest = store.DemandManifest(key);
        return manifest.FindFile(name)?.CryptMode == CryptMode.Encrypt ? throw new ApiFault(400, $"cannot decode '{name}' - is encrypted") : manifest;
    }

    private static byte[] PathOf(ApiCall call)
    {
        string text = call.Required("filepath");
        if (text is "root" or "/")
        {
            return "/"u8.ToArray();
        }

        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new ApiFault(400, $"base64 decode of filepath '{text}' failed - Invalid byte");
        }
    }

    private ApiReply Catalog(ApiCall call)
    {
        (Datastore store, SnapshotKey key) = Enter(call);
        byte[] path = PathOf(call);
        try
        {
            return ApiReply.Of(call.Text("archive-name") is { } archive ? OfArchive(store, key, archive, path) : OfSnapshot(store, key, path));
        }
        catch (Exception exception) when (exception is ProxmoxException or IOException)
        {
            throw new ApiFault(400, exception.Message);
        }
    }

    /// <summary>The catalog's level, and where snapshots have split archives the level within these.</summary>
    private static JsonArray OfSnapshot(Datastore store, SnapshotKey key, byte[] path)
    {
        BackupManifest manifest = DemandPlain(store, key, ArchiveName.Catalog);
        string[] split = [.. manifest.Files.Select(static file => file.FileName).Where(static name => name.EndsWith(MetadataSuffix, StringComparison.Ordinal))];
        (string first, byte[] rest) = SplitPath(path);
        if (split.Contains(first))
        {
            DemandPlain(store, key, first);
            return ArchiveListing.OfArchive(Open(store, key, first), path, rest);
        }

        if (manifest.FindFile(ArchiveName.Catalog) is null && split.Length > 0 && first.Length == 0)
        {
            return Roots(path, split);
        }

        CatalogReader catalog = CatalogReader.Open(new IndexSource(store, StoredFile.Open(store, key, ArchiveName.Catalog).Index!));
        JsonArray list = ArchiveListing.OfCatalog(catalog, path);
        foreach (JsonNode? entry in first.Length == 0 ? Roots(path, split) : [])
        {
            list.Add(entry!.DeepClone());
        }

        return list;
    }

    private static JsonArray Roots(byte[] path, string[] archives) =>
        new([.. archives.Select(name => (JsonNode)ArchiveListing.Entry(path, new PxarName(name), 'd', null, null))]);

    private static JsonArray OfArchive(Datastore store, SnapshotKey key, string archive, byte[] path)
    {
        DemandPlain(store, key, archive);
        (string first, byte[] rest) = SplitPath(path);
        return ArchiveListing.OfArchive(Open(store, key, archive), path, first == archive ? rest : path);
    }

    /// <summary>The first name of a path, and what follows it.</summary>
    private static (string Name, byte[] Inner) SplitPath(byte[] path)
    {
        ReadOnlySpan<byte> trimmed = path.AsSpan().TrimStart((byte)'/');
        int slash = trimmed.IndexOf((byte)'/');
        return slash < 0 ? (Encoding.UTF8.GetString(trimmed), []) : (Encoding.UTF8.GetString(trimmed[..slash]), trimmed[(slash + 1)..].ToArray());
    }

    private static PxarArchive Open(Datastore store, SnapshotKey key, string name)
    {
        RandomAccessSource source = new IndexSource(store, StoredFile.Open(store, key, name).Index ?? throw new ApiFault(400, $"'{name}' is no archive"));
        if (!name.EndsWith(MetadataSuffix, StringComparison.Ordinal))
        {
            return PxarArchive.Open(source);
        }

        StoredFile payload = StoredFile.Open(store, key, name[..^MetadataSuffix.Length] + PayloadSuffix);
        return PxarArchive.Open(source, new IndexSource(store, payload.Index!));
    }

    private ApiReply DownloadFile(ApiCall call)
    {
        (Datastore store, SnapshotKey key) = Enter(call);
        byte[] path = PathOf(call);
        (string name, byte[] rest) = SplitPath(path);
        if (call.Text("archive-name") is { } archive)
        {
            (name, rest) = (archive, name == archive ? rest : path);
        }

        DemandPlain(store, key, name);
        try
        {
            return Pack(Open(store, key, name), rest, call.IsSet("tar"));
        }
        catch (Exception exception) when (exception is ProxmoxException or IOException)
        {
            throw new ApiFault(400, exception.Message);
        }
    }

    private static ApiReply Pack(PxarArchive archive, byte[] path, bool asTar)
    {
        PxarNode node = archive.Find(path) ?? throw new ApiFault(400, $"error opening '\"{Encoding.UTF8.GetString(path)}\"'");
        return node.Kind switch
        {
            PxarEntryKind.File or PxarEntryKind.HardLink => Stream(ReadParts(archive.OpenContent(node))),
            PxarEntryKind.Directory => Stream(asTar ? ZstdFrames.Encode(new FolderArchive(archive).Tar(node)) : new FolderArchive(archive).Zip(node)),
            _ => throw new ApiFault(400, $"cannot download file of type {node.Kind}"),
        };
    }

    private static IEnumerable<ReadOnlyMemory<byte>> ReadParts(Stream content)
    {
        const int PartSize = 1 << 20;
        using (content)
        {
            byte[] buffer = new byte[PartSize];
            int read;
            while ((read = content.Read(buffer)) > 0)
            {
                yield return buffer.AsMemory(0, read);
            }
        }
    }

    private ApiReply UploadLog(ApiCall call)
    {
        (Datastore store, _) = DatastoreAccess.Enter(state, call, "Datastore.Backup", null, isWrite: true);
        SnapshotKey key = DatastoreAccess.Snapshot(call);

        // Proxmox: only the owner may, whatever else a caller may do.
        DatastoreAccess.DemandOwner(store, key.Group, call.Caller, ownOnly: true);
        if (!store.Exists(key))
        {
            throw new ApiFault(400, "ENOENT: No such file or directory");
        }

        if (store.Read(key, ArchiveName.ClientLog) is not null)
        {
            throw new ApiFault(400, "backup already contains a log.");
        }

        ChunkReceiver.DemandBlob(call.Body);
        store.Write(key, ArchiveName.ClientLog, call.Body);
        return ApiReply.Nothing;
    }
}
