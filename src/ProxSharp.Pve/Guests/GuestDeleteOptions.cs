using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How a guest is destroyed.</summary>
public sealed record GuestDeleteOptions
{
    /// <summary>Also removes the guest from backup and replication jobs and from high availability.</summary>
    public bool Purge { get; init; }

    /// <summary>
    /// Also destroys volumes that carry the guest's number but are not in its configuration. Null leaves it to the server, whose default is not the
    /// same for all versions and kinds.
    /// </summary>
    public bool? DestroyUnreferencedDisks { get; init; }

    /// <summary>Destroys the container although it runs. Containers only.</summary>
    public bool Force { get; init; }

    /// <summary>Goes ahead although the VM is locked; only for <c>root@pam</c>. VMs only.</summary>
    public bool SkipLock { get; init; }

    internal static NodesQemuDeleteRequest? ForVm(GuestDeleteOptions? options)
    {
        OptionCheck.Refuse(options?.Force == true, nameof(Force), "containers");
        return options is null ? null : new NodesQemuDeleteRequest
        {
            Purge = OptionCheck.Flag(options.Purge),
            DestroyUnreferencedDisks = options.DestroyUnreferencedDisks,
            Skiplock = OptionCheck.Flag(options.SkipLock),
        };
    }

    internal static NodesLxcDeleteRequest? ForContainer(GuestDeleteOptions? options)
    {
        OptionCheck.Refuse(options?.SkipLock == true, nameof(SkipLock), "VMs");
        return options is null ? null : new NodesLxcDeleteRequest
        {
            Purge = OptionCheck.Flag(options.Purge),
            DestroyUnreferencedDisks = options.DestroyUnreferencedDisks,
            Force = OptionCheck.Flag(options.Force),
        };
    }
}
