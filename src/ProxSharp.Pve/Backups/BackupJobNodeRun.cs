using ProxSharp.Ids;

namespace ProxSharp.Pve.Backups;

/// <summary>What a backup job that was run by hand did on one node.</summary>
public sealed record BackupJobNodeRun
{
    /// <summary>The node.</summary>
    public required NodeName Node { get; init; }

    /// <summary>The guests of the job that are on the node.</summary>
    public required IReadOnlyList<VmId> Guests { get; init; }

    /// <summary>The task; null if it could not be started.</summary>
    public PveTask? Task { get; init; }

    /// <summary>Why it could not be started; null if it was.</summary>
    public ProxmoxException? Error { get; init; }
}
