using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How a guest is stopped.</summary>
public sealed record GuestStopOptions
{
    /// <summary>Ends a shutdown of the guest that is under way first.</summary>
    public bool OverruleShutdown { get; init; }

    /// <summary>Goes ahead although the guest is locked; only for <c>root@pam</c>.</summary>
    public bool SkipLock { get; init; }

    /// <summary>How long the stop may take, in whole seconds; null for the server's default. VMs only.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Leaves the volumes active afterwards. VMs only.</summary>
    public bool KeepActive { get; init; }

    internal static NodesQemuStatusStopRequest? ForVm(GuestStopOptions? options) => options is null ? null : new NodesQemuStatusStopRequest
    {
        OverruleShutdown = OptionCheck.Flag(options.OverruleShutdown),
        Skiplock = OptionCheck.Flag(options.SkipLock),
        Timeout = OptionCheck.Seconds(options.Timeout),
        KeepActive = OptionCheck.Flag(options.KeepActive),
    };

    internal static NodesLxcStatusStopRequest? ForContainer(GuestStopOptions? options)
    {
        OptionCheck.Refuse(options?.Timeout is not null, nameof(Timeout), "VMs");
        OptionCheck.Refuse(options?.KeepActive == true, nameof(KeepActive), "VMs");
        return options is null ? null : new NodesLxcStatusStopRequest
        {
            OverruleShutdown = OptionCheck.Flag(options.OverruleShutdown),
            Skiplock = OptionCheck.Flag(options.SkipLock),
        };
    }
}
