using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How a guest is shut down.</summary>
public sealed record GuestShutdownOptions
{
    /// <summary>How long the guest may take, in whole seconds; null for the server's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Stops the guest when it has not shut down in time.</summary>
    public bool ForceStop { get; init; }

    /// <summary>Leaves the volumes active afterwards. VMs only.</summary>
    public bool KeepActive { get; init; }

    /// <summary>Goes ahead although the guest is locked; only for <c>root@pam</c>. VMs only.</summary>
    public bool SkipLock { get; init; }

    internal static NodesQemuStatusShutdownRequest? ForVm(GuestShutdownOptions? options) => options is null ? null : new NodesQemuStatusShutdownRequest
    {
        Timeout = OptionCheck.Seconds(options.Timeout),
        ForceStop = OptionCheck.Flag(options.ForceStop),
        KeepActive = OptionCheck.Flag(options.KeepActive),
        Skiplock = OptionCheck.Flag(options.SkipLock),
    };

    internal static NodesLxcStatusShutdownRequest? ForContainer(GuestShutdownOptions? options)
    {
        OptionCheck.Refuse(options?.KeepActive == true, nameof(KeepActive), "VMs");
        OptionCheck.Refuse(options?.SkipLock == true, nameof(SkipLock), "VMs");
        return options is null ? null : new NodesLxcStatusShutdownRequest
        {
            Timeout = OptionCheck.Seconds(options.Timeout),
            ForceStop = OptionCheck.Flag(options.ForceStop),
        };
    }
}
