using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Backups;

/// <summary>What became of one guest in a backup.</summary>
public sealed record GuestBackup
{
    /// <summary>The guest.</summary>
    public required VmId Guest { get; init; }

    /// <summary>Whether it is a virtual machine or a container.</summary>
    public required GuestType Type { get; init; }

    /// <summary>The backup; null if there is none, or if the log does not tell.</summary>
    public VolumeId? Volume { get; init; }

    /// <summary>Why there is none; null if nothing went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>How long it took; null if it did not come to its end.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>True if the guest was backed up.</summary>
    public bool IsComplete => Duration is not null && Error is null;
}
