using System.Collections.ObjectModel;
using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>A storage to be defined. The static methods set what its kind needs; everything else can be added with <c>with</c>.</summary>
/// <example>
/// <code>
/// await pve.Storages.CreateAsync(StorageSpec.Nfs(StorageId.Parse("nas"), "192.0.2.5", "/export/pve") with { Content = [StorageContent.Iso, StorageContent.Backup] });
/// </code>
/// </example>
public sealed record StorageSpec
{
    /// <summary>Creates a description of any kind of storage.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="type">Its kind.</param>
    public StorageSpec(StorageId id, StorageType type) => (Id, Type) = (id, type);

    /// <summary>The name of the storage.</summary>
    public StorageId Id { get; init; }

    /// <summary>The kind of the storage.</summary>
    public StorageType Type { get; init; }

    /// <summary>What may be kept on it; null lets the server choose by kind.</summary>
    public IReadOnlyList<StorageContent>? Content { get; init; }

    /// <summary>The nodes that can use it; null for all nodes.</summary>
    public IReadOnlyList<NodeName>? Nodes { get; init; }

    /// <summary>Says that all nodes see the same content; it does not make it so. False if null.</summary>
    public bool? IsShared { get; init; }

    /// <summary>False keeps the definition but does not use it. True if null.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>Which backups are kept when pruning; null keeps all.</summary>
    public PruneBackups? Retention { get; init; }

    /// <summary>Limits in KiB/s for each kind of operation; null for none.</summary>
    public BwLimit? BandwidthLimit { get; init; }

    /// <summary>How many protected backups a guest may have; -1 for any number, null for the server's choice.</summary>
    public long? MaxProtectedBackups { get; init; }

    /// <summary>The password for the server behind the storage. Never shown by <see cref="ToString"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The options of the storage's kind by wire name, for example <c>path</c>, <c>server</c> or <c>krbd</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>A directory of the node.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="path">The directory, for example <c>/srv/iso</c>.</param>
    public static StorageSpec Directory(StorageId id, string path) => New(id, StorageType.Dir, ("path", path));

    /// <summary>A Btrfs file system of the node.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="path">Where it is mounted.</param>
    public static StorageSpec Btrfs(StorageId id, string path) => New(id, StorageType.Btrfs, ("path", path));

    /// <summary>An NFS export.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="server">Host name or address of the server.</param>
    /// <param name="export">The exported directory.</param>
    public static StorageSpec Nfs(StorageId id, string server, string export) => New(id, StorageType.Nfs, ("server", server), ("export", export));

    /// <summary>A CIFS (SMB) share.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="server">Host name or address of the server.</param>
    /// <param name="share">The name of the share.</param>
    /// <param name="userName">The user; null for a guest login.</param>
    /// <param name="password">The user's password.</param>
    public static StorageSpec Cifs(StorageId id, string server, string share, string? userName = null, string? password = null) =>
        New(id, StorageType.Cifs, ("server", server), ("share", share), ("username", userName)) with { Password = password };

    /// <summary>An LVM volume group.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="volumeGroup">The name of the volume group.</param>
    public static StorageSpec Lvm(StorageId id, string volumeGroup) => New(id, StorageType.Lvm, ("vgname", volumeGroup));

    /// <summary>An LVM thin pool.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="volumeGroup">The name of the volume group.</param>
    /// <param name="thinPool">The name of the thin pool.</param>
    public static StorageSpec LvmThin(StorageId id, string volumeGroup, string thinPool) =>
        New(id, StorageType.LvmThin, ("vgname", volumeGroup), ("thinpool", thinPool));

    /// <summary>A ZFS pool or dataset of the node.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="pool">The pool or dataset.</param>
    public static StorageSpec ZfsPool(StorageId id, string pool) => New(id, StorageType.Zfspool, ("pool", pool));

    /// <summary>A Ceph pool for images.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="pool">The name of the pool.</param>
    /// <param name="monitors">Addresses of the monitors of an external cluster; null for the cluster's own Ceph.</param>
    public static StorageSpec Rbd(StorageId id, string pool, string? monitors = null) => New(id, StorageType.Rbd, ("pool", pool), ("monhost", monitors));

    /// <summary>A Ceph file system.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="monitors">Addresses of the monitors of an external cluster; null for the cluster's own Ceph.</param>
    public static StorageSpec CephFs(StorageId id, string? monitors = null) => New(id, StorageType.Cephfs, ("monhost", monitors));

    /// <summary>An iSCSI target.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="portal">The address of the portal, with an optional port.</param>
    /// <param name="target">The name of the target.</param>
    public static StorageSpec Iscsi(StorageId id, string portal, string target) => New(id, StorageType.Iscsi, ("portal", portal), ("target", target));

    /// <summary>A datastore of a Proxmox Backup Server. It holds backups.</summary>
    /// <param name="id">The name of the storage.</param>
    /// <param name="server">Host name or address of the backup server.</param>
    /// <param name="datastore">The name of the datastore.</param>
    /// <param name="userName">The user or API token.</param>
    /// <param name="password">The user's password or the token's secret.</param>
    /// <param name="fingerprint">The SHA-256 fingerprint of the server's certificate; null if an authority vouches for it.</param>
    public static StorageSpec BackupServer(StorageId id, string server, string datastore, string userName, string password, string? fingerprint = null) =>
        New(id, StorageType.Pbs, ("server", server), ("datastore", datastore), ("username", userName), ("fingerprint", fingerprint)) with
        {
            Password = password,
            Content = [StorageContent.Backup],
        };

    /// <summary>Returns kind and name; no option, since options may be secrets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type} storage {Id}");

    internal ApiParameters ToParameters()
    {
        ApiParameters parameters = [];
        parameters.Add("storage", Id.Value);
        parameters.Add("type", (StorageType?)Type);
        StorageParameters.Write(parameters, Content, Nodes, IsShared, IsEnabled, Retention, BandwidthLimit, MaxProtectedBackups, Password, Options);
        return parameters;
    }

    private static StorageSpec New(StorageId id, StorageType type, params ReadOnlySpan<(string Name, string? Value)> options)
    {
        Dictionary<string, string> set = new(StringComparer.Ordinal);
        foreach ((string name, string? value) in options)
        {
            if (value is not null)
            {
                set[name] = value;
            }
        }

        return new StorageSpec(id, type) { Options = set };
    }
}
