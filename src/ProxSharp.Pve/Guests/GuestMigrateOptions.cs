using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How a guest is migrated within its cluster.</summary>
public sealed record GuestMigrateOptions
{
    /// <summary>Migrates while the guest runs. A running VM needs it; containers cannot, see <see cref="Restart"/>.</summary>
    public bool Online { get; init; }

    /// <summary>Stops the container for the migration and starts it again at the target. Containers only.</summary>
    public bool Restart { get; init; }

    /// <summary>How long the shutdown for <see cref="Restart"/> may take, in whole seconds; null for the server's default. Containers only.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Copies disks on local storages in a live migration. VMs only.</summary>
    public bool WithLocalDisks { get; init; }

    /// <summary>Which storages of the target take the disks; null for those with the same names.</summary>
    public TargetMapping? TargetStorage { get; init; }

    /// <summary>Limit in KiB/s; 0 means none, null takes the cluster's.</summary>
    public long? BandwidthLimit { get; init; }

    /// <summary>Whether the data goes through an encrypted tunnel. VMs only.</summary>
    public MigrationType? MigrationType { get; init; }

    /// <summary>The network in CIDR form that the data goes over. VMs only.</summary>
    public string? MigrationNetwork { get; init; }

    /// <summary>Moves the connection tracking state along. VMs only.</summary>
    public bool WithConntrackState { get; init; }

    /// <summary>Goes ahead although the VM uses devices of its host; only for <c>root@pam</c>. VMs only.</summary>
    public bool Force { get; init; }

    internal NodesQemuMigrateRequest ForVm(string target)
    {
        OptionCheck.Refuse(Restart, nameof(Restart), "containers");
        OptionCheck.Refuse(Timeout is not null, nameof(Timeout), "containers");
        return new NodesQemuMigrateRequest
        {
            Target = target,
            Online = OptionCheck.Flag(Online),
            WithLocalDisks = OptionCheck.Flag(WithLocalDisks),
            Targetstorage = TargetStorage?.ToString(),
            BwLimit = BandwidthLimit,
            MigrationType = MigrationType,
            MigrationNetwork = MigrationNetwork,
            WithConntrackState = OptionCheck.Flag(WithConntrackState),
            Force = OptionCheck.Flag(Force),
        };
    }

    internal NodesLxcMigrateRequest ForContainer(string target)
    {
        OptionCheck.Refuse(WithLocalDisks, nameof(WithLocalDisks), "VMs");
        OptionCheck.Refuse(MigrationType is not null, nameof(MigrationType), "VMs");
        OptionCheck.Refuse(MigrationNetwork is not null, nameof(MigrationNetwork), "VMs");
        OptionCheck.Refuse(WithConntrackState, nameof(WithConntrackState), "VMs");
        OptionCheck.Refuse(Force, nameof(Force), "VMs");
        return new NodesLxcMigrateRequest
        {
            Target = target,
            Online = OptionCheck.Flag(Online),
            Restart = OptionCheck.Flag(Restart),
            Timeout = OptionCheck.Seconds(Timeout),
            TargetStorage = TargetStorage?.ToString(),
            BwLimit = BandwidthLimit,
        };
    }
}
