using ProxSharp.Ids;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>Which snapshots are wanted. All conditions that are given must hold. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record BackupSnapshotFilter
{
    /// <summary>All snapshots.</summary>
    public static BackupSnapshotFilter All { get; } = new();

    /// <summary>What was backed up; null (the default) for all.</summary>
    public BackupType? Type { get; init; }

    /// <summary>The id of the group, for example <c>100</c> or the name of a host; null (the default) for all.</summary>
    public string? Id { get; init; }

    /// <summary>Only snapshots made then or later; null (the default) for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only snapshots made then or earlier; null (the default) for all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The user or API token that owns them, for example <c>backup@pbs!ci</c>; null (the default) for all.</summary>
    public string? Owner { get; init; }

    /// <summary>True for protected snapshots, false for others; null (the default) for both.</summary>
    public bool? IsProtected { get; init; }

    /// <summary>True for complete snapshots, false for those that are being made or broke off; null (the default) for both.</summary>
    public bool? IsComplete { get; init; }

    /// <summary>True for snapshots with at least one encrypted file, false for others; null (the default) for both.</summary>
    public bool? IsEncrypted { get; init; }

    /// <summary>How the last check ended, for example <see cref="VerificationState.Failed"/>; null (the default) for all, checked or not.</summary>
    public VerificationState? Verification { get; init; }

    /// <summary>True for snapshots that were checked at least once, false for others; null (the default) for both.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>How many levels of namespaces below are included, 0 to 7; null (the default) for all.</summary>
    public int? MaxDepth { get; init; }

    internal bool Includes(BackupSnapshotInfo snapshot) =>
        (Type is null || Type == snapshot.Path.Group.Type)
        && (Id is null || Id == snapshot.Path.Group.Id)
        && (Since is null || snapshot.Path.Time >= Since)
        && (Until is null || snapshot.Path.Time <= Until)
        && (Owner is null || Owner == snapshot.Owner)
        && (IsProtected is null || IsProtected == snapshot.IsProtected)
        && (IsComplete is null || IsComplete == snapshot.IsComplete)
        && (IsEncrypted is null || IsEncrypted == snapshot.IsEncrypted)
        && (Verification is null || Verification == snapshot.Verification)
        && (IsVerified is null || IsVerified == snapshot.Verification is not null);
}
