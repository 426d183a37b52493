using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How a guest is started.</summary>
public sealed record GuestStartOptions
{
    /// <summary>How long the start may take, in whole seconds; null for the server's default. VMs only.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Goes ahead although the guest is locked; only for <c>root@pam</c>.</summary>
    public bool SkipLock { get; init; }

    /// <summary>The machine type to start with instead of the configured one. VMs only.</summary>
    public QemuMachine? Machine { get; init; }

    /// <summary>The CPU model to start with instead of the configured one. VMs only.</summary>
    public string? ForceCpu { get; init; }

    /// <summary>Writes detailed messages to the task's log. Containers only.</summary>
    public bool Debug { get; init; }

    internal static NodesQemuStatusStartRequest? ForVm(GuestStartOptions? options)
    {
        OptionCheck.Refuse(options?.Debug == true, nameof(Debug), "containers");
        return options is null ? null : new NodesQemuStatusStartRequest
        {
            Timeout = OptionCheck.Seconds(options.Timeout),
            Skiplock = OptionCheck.Flag(options.SkipLock),
            Machine = options.Machine,
            ForceCpu = options.ForceCpu,
        };
    }

    internal static NodesLxcStatusStartRequest? ForContainer(GuestStartOptions? options)
    {
        OptionCheck.Refuse(options?.Timeout is not null, nameof(Timeout), "VMs");
        OptionCheck.Refuse(options?.Machine is not null, nameof(Machine), "VMs");
        OptionCheck.Refuse(options?.ForceCpu is not null, nameof(ForceCpu), "VMs");
        return options is null
            ? null
            : new NodesLxcStatusStartRequest { Skiplock = OptionCheck.Flag(options.SkipLock), Debug = OptionCheck.Flag(options.Debug) };
    }
}
