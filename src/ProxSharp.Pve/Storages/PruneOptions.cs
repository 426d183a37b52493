using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>Which backups pruning keeps, and of which guests it looks at them.</summary>
public sealed record PruneOptions
{
    /// <summary>All guests, by the retention of the storage's definition.</summary>
    public static PruneOptions Default { get; } = new();

    /// <summary>Which backups are kept, for example <c>new PruneBackups { KeepLast = 3, KeepWeekly = 4 }</c>; null takes the retention of the storage's definition.</summary>
    public PruneBackups? Retention { get; init; }

    /// <summary>Only backups of this guest; null for all guests.</summary>
    public VmId? Guest { get; init; }

    /// <summary>Only backups of virtual machines, or only of containers; null for both.</summary>
    public GuestType? GuestType { get; init; }

    internal NodesStoragePruneBackupsListRequest ToPreview() => new() { PruneBackups = Retention, VmId = Guest?.Value, Type = GuestType };

    internal NodesStoragePruneBackupsPruneRequest ToRequest() => new() { PruneBackups = Retention, VmId = Guest?.Value, Type = GuestType };
}
