using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>Where a guest goes that leaves its cluster, and how.</summary>
public sealed record GuestRemoteMigrateOptions
{
    /// <summary>The other cluster: host, API token (<c>PVEAPIToken=user@realm!name=secret</c>), fingerprint of its certificate.</summary>
    public required ProxmoxRemote Target { get; init; }

    /// <summary>Which storages of the other cluster take the disks.</summary>
    public required TargetMapping TargetStorage { get; init; }

    /// <summary>Which bridges of the other cluster the network interfaces join.</summary>
    public required TargetMapping TargetBridge { get; init; }

    /// <summary>The number of the guest there; null for the same one.</summary>
    public VmId? TargetId { get; init; }

    /// <summary>Migrates while the guest runs.</summary>
    public bool Online { get; init; }

    /// <summary>Stops the container for the migration and starts it again at the target. Containers only.</summary>
    public bool Restart { get; init; }

    /// <summary>How long the shutdown for <see cref="Restart"/> may take, in whole seconds; null for the server's default. Containers only.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Destroys the original and its volumes afterwards; otherwise (the default) it stays, stopped.</summary>
    public bool DeleteSource { get; init; }

    /// <summary>Limit in KiB/s; 0 means none, null takes the cluster's.</summary>
    public long? BandwidthLimit { get; init; }

    /// <summary>Returns where the guest goes; the token is not shown.</summary>
    public override string ToString() =>
        $"GuestRemoteMigrateOptions {{ Target = {Target.Host}, TargetStorage = {TargetStorage}, TargetBridge = {TargetBridge}, TargetId = {TargetId} }}";

    internal NodesQemuRemoteMigrateRequest ForVm()
    {
        OptionCheck.Refuse(Restart, nameof(Restart), "containers");
        OptionCheck.Refuse(Timeout is not null, nameof(Timeout), "containers");
        return new NodesQemuRemoteMigrateRequest
        {
            TargetEndpoint = Target,
            TargetStorage = TargetStorage.ToString(),
            TargetBridge = TargetBridge.ToString(),
            TargetVmId = TargetId?.Value,
            Online = OptionCheck.Flag(Online),
            Delete = OptionCheck.Flag(DeleteSource),
            BwLimit = BandwidthLimit,
        };
    }

    internal NodesLxcRemoteMigrateRequest ForContainer() => new()
    {
        TargetEndpoint = Target,
        TargetStorage = TargetStorage.ToString(),
        TargetBridge = TargetBridge.ToString(),
        TargetVmId = TargetId?.Value,
        Online = OptionCheck.Flag(Online),
        Restart = OptionCheck.Flag(Restart),
        Timeout = OptionCheck.Seconds(Timeout),
        Delete = OptionCheck.Flag(DeleteSource),
        BwLimit = BandwidthLimit,
    };
}
