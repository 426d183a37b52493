using ProxSharp.Ids;

namespace ProxSharp.Pve.Backups;

/// <summary>What a backup has made, as its log tells.</summary>
public sealed record BackupResult
{
    internal BackupResult(PveTask task, IReadOnlyList<GuestBackup> guests) => (Task, Guests) = (task, guests);

    /// <summary>The task of the backup.</summary>
    public PveTask Task { get; }

    /// <summary>The guests in the order in which they were backed up.</summary>
    public IReadOnlyList<GuestBackup> Guests { get; }

    /// <summary>The backups that were made.</summary>
    public IEnumerable<VolumeId> Volumes => Guests.Where(static guest => guest.Volume is not null).Select(static guest => guest.Volume!.Value);
}
