using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>A datastore: namespaces, groups and snapshots in files, and the chunks they refer to. Changes are guarded by the state's gate.</summary>
internal sealed class Datastore(string name, StoreFiles files, ChunkStore chunks)
{
    private const string OwnerFile = "owner";
    private const string NotesFile = "notes";
    private const string ProtectedFile = ".protected";

    // As the client: enough for more than ten thousand files, and little when a manifest of a hundred bytes claims to be large.
    private const int MostManifest = 4 << 20;

    private static readonly string[] s_types = ["vm", "ct", "host"];

    private readonly ConditionalWeakTable<byte[], BackupManifest> _manifests = [];

    public string Name { get; } = name;

    /// <summary>Bytes.</summary>
    public long Capacity { get; set; } = 2L << 40;

    /// <summary>Where the real server would keep it; error texts name it.</summary>
    public string BasePath { get; set; } = $"/mnt/datastore/{name}";

    public StoreFiles Files { get; } = files;

    public ChunkStore Chunks { get; } = chunks;

    public SessionLocks Locks { get; } = new();

    /// <summary>What the last garbage collection counted; null if there was none.</summary>
    public CollectionStatus? LastCollection { get; set; }

    /// <summary>Bytes that chunks and other files take.</summary>
    public long Used => Chunks.StoredBytes + AllSnapshots().Sum(key => Files.Files(key.Folder).Sum(static file => file.Length));

    public static Datastore InMemory(string name) => new(name, new MemoryFiles(), new MemoryChunkStore());

    public static Datastore OnDisk(string name, string folder)
    {
        Directory.CreateDirectory(folder);
        return new Datastore(name, new DiskFiles(folder), new DiskChunkStore(folder));
    }

    /// <summary>The full path that texts name.</summary>
    public string PathOf(string folder) => $"{BasePath}/{folder}";

    /// <summary>The full path of a chunk.</summary>
    public string ChunkPath(Sha256Digest digest) => $"{BasePath}/{DiskChunkStore.FolderName}/{digest.ToString()[..4]}/{digest}";

    /// <summary>The namespaces below one, sorted, itself included.</summary>
    public IReadOnlyList<BackupNamespace> Namespaces(BackupNamespace parent, int maxDepth = 7)
    {
        List<BackupNamespace> found = [parent];
        string folder = parent.IsRoot ? "ns" : $"{parent.StorePath}/ns";
        foreach (string part in maxDepth > 0 ? Files.Folders(folder) : [])
        {
            // Proxmox: folders whose names are none of a namespace, a group or a snapshot are not seen.
            if (BackupNamespace.TryParse(parent.IsRoot ? part : $"{parent}/{part}", CultureInfo.InvariantCulture, out BackupNamespace inner))
            {
                found.AddRange(Namespaces(inner, maxDepth - 1));
            }
        }

        return found;
    }

    public bool HasNamespace(BackupNamespace ns) => ns.IsRoot || Files.HasFolder(ns.StorePath);

    public IEnumerable<GroupKey> Groups(BackupNamespace ns) =>
        from type in s_types
        from id in Files.Folders(ns.IsRoot ? type : $"{ns.StorePath}/{type}")
        let path = BackupGroupPath.TryParse($"{type}/{id}", CultureInfo.InvariantCulture, out BackupGroupPath read) ? read : (BackupGroupPath?)null
        where path is not null
        select new GroupKey(ns, path.Value);

    /// <summary>The snapshots of a group, oldest first.</summary>
    public IReadOnlyList<SnapshotKey> Snapshots(GroupKey group)
    {
        List<SnapshotKey> found = [];
        foreach (string time in Files.Folders(group.Folder))
        {
            if (BackupSnapshotPath.TryParse($"{group.Group}/{time}", out BackupSnapshotPath snapshot))
            {
                found.Add(new SnapshotKey(group.Namespace, snapshot));
            }
        }

        return found;
    }

    public IEnumerable<SnapshotKey> AllSnapshots() => Namespaces(BackupNamespace.Root).SelectMany(Groups).SelectMany(Snapshots);

    public bool Exists(SnapshotKey key) => Files.HasFolder(key.Folder);

    public string? Owner(GroupKey group) => Text($"{group.Folder}/{OwnerFile}")?.Trim();

    public void SetOwner(GroupKey group, string owner) => Files.Write($"{group.Folder}/{OwnerFile}", Encoding.UTF8.GetBytes(owner + "\n"));

    public string? GroupNotes(GroupKey group) => Text($"{group.Folder}/{NotesFile}");

    public void SetGroupNotes(GroupKey group, string notes) => Files.Write($"{group.Folder}/{NotesFile}", Encoding.UTF8.GetBytes(notes));

    public bool IsProtected(SnapshotKey key) => Files.Read($"{key.Folder}/{ProtectedFile}") is not null;

    public void SetProtected(SnapshotKey key, bool isProtected)
    {
        if (isProtected)
        {
            Files.Write($"{key.Folder}/{ProtectedFile}", []);
        }
        else
        {
            Files.Delete($"{key.Folder}/{ProtectedFile}");
        }
    }

    /// <summary>The files of a snapshot that a client may ask for.</summary>
    public IReadOnlyList<StoreFile> FilesOf(SnapshotKey key) =>
        [.. Files.Files(key.Folder).Where(static file => ArchiveName.IsStored(file.Name))];

    public byte[]? Read(SnapshotKey key, string file) => Files.Read($"{key.Folder}/{file}");

    public void Write(SnapshotKey key, string file, byte[] content) => Files.Write($"{key.Folder}/{file}", content);

    /// <summary>The manifest; null if the backup is not finished or its manifest cannot be read.</summary>
    public BackupManifest? Manifest(SnapshotKey key)
    {
        if (Read(key, ArchiveName.Manifest) is not { } blob)
        {
            return null;
        }

        try
        {
            return _manifests.GetValue(blob, static blob => BackupManifest.Parse(BlobCodecs.Decode(blob, MostManifest)));
        }
        catch (ProxmoxProtocolException)
        {
            return null;
        }
    }

    /// <summary>The manifest of a finished backup.</summary>
    /// <exception cref="ApiFault">There is no manifest, or it cannot be read.</exception>
    public BackupManifest DemandManifest(SnapshotKey key) => Manifest(key) ?? throw new ApiFault(400, NoManifest(key));

    /// <summary>How the server complains about a manifest that cannot be loaded.</summary>
    public string NoManifest(SnapshotKey key, string reason = "No such file or directory (os error 2)") =>
        $"unable to load blob '\"{PathOf($"{key.Folder}/{ArchiveName.Manifest}")}\"' - {reason}";

    /// <summary>Changes the part of a manifest that no signature covers.</summary>
    /// <exception cref="ApiFault">There is no manifest, or it cannot be read.</exception>
    public void UpdateManifest(SnapshotKey key, Action<JsonObject> change)
    {
        byte[] blob = Read(key, ArchiveName.Manifest) ?? throw new ApiFault(400, NoManifest(key));
        try
        {
            JsonObject manifest = JsonNode.Parse(BlobCodecs.Decode(blob, MostManifest))!.AsObject();
            if (manifest["unprotected"] is not JsonObject unprotected)
            {
                manifest["unprotected"] = unprotected = [];
            }

            change(unprotected);
            Write(key, ArchiveName.Manifest, BlobCodecs.Encode(BackupManifest.Parse(PveFormat.Serialize(manifest)).ToJson()));
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or JsonException or InvalidOperationException)
        {
            throw new ApiFault(400, NoManifest(key, exception.Message));
        }
    }

    /// <summary>The newest finished snapshot of a group whose verification did not fail; null if there is none.</summary>
    public SnapshotKey? LastValid(GroupKey group)
    {
        foreach (SnapshotKey key in Snapshots(group).Reverse())
        {
            if (Manifest(key) is { } manifest && Verification(manifest)?.State != "failed")
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>What the last verification of a snapshot said; null if there was none, or if what is noted makes no sense.</summary>
    public static (string Upid, string State, DateTimeOffset Started)? Verification(BackupManifest manifest) =>
        manifest.Unprotected.TryGetValue("verify_state", out JsonElement noted)
        && noted.ValueKind == JsonValueKind.Object
        && TextOf(noted, "state") is "ok" or "failed"
        && Upid.TryParse(TextOf(noted, "upid"), CultureInfo.InvariantCulture, out Upid upid)
            ? (upid.ToString(), TextOf(noted, "state")!, upid.StartTime)
            : null;

    // Proxmox: the group stays with its owner, though nobody sees it while it is empty.
    public void Remove(SnapshotKey key) => Files.DeleteFolder(key.Folder);

    private static string? TextOf(JsonElement members, string name) =>
        members.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private string? Text(string path) => Files.Read(path) is { } content ? Encoding.UTF8.GetString(content) : null;
}
