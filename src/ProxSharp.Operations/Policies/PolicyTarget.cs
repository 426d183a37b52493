using System.Globalization;

namespace ProxSharp.Operations.Policies;

/// <summary>What a policy wants to know of a target.</summary>
internal sealed record PolicyTarget(string Name)
{
    public int? Vmid { get; init; }

    /// <summary>The numbers of guests whose backups are in it.</summary>
    public IReadOnlyList<int> BackupsOf { get; init; } = [];

    public string? Node { get; init; }

    /// <summary>The nodes that the call moves something to.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    public string? Pool { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>True if the server itself protects the target.</summary>
    public bool IsProtected { get; init; }

    /// <summary>True if the call only copies it: what a context protects may be copied.</summary>
    public bool IsCopied { get; init; }

    /// <summary>True if that protection came from a retirement that is taken back now.</summary>
    public bool IsReleased { get; init; }

    /// <summary>The tags that came from it.</summary>
    public IReadOnlyList<string> ReleasedTags { get; init; } = [];

    /// <summary>The number of the guest that a group of backups belongs to; null for those of hosts.</summary>
    public static int? GuestOf(string? backupType, string? backupId) =>
        backupType is "vm" or "ct" && int.TryParse(backupId, NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) ? vmid : null;
}
