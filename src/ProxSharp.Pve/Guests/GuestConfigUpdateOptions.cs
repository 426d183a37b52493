namespace ProxSharp.Pve.Guests;

/// <summary>How a configuration is updated.</summary>
public sealed record GuestConfigUpdateOptions
{
    /// <summary>
    /// How often the change is tried in all when somebody else changes the configuration between the reading and the writing: each time it is read
    /// again and the change applied anew. 1 by default: the conflict is thrown.
    /// </summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Goes ahead although the VM is locked; only for <c>root@pam</c>, not for containers.</summary>
    public bool SkipLock { get; init; }
}
