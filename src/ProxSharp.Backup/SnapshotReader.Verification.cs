using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;

namespace ProxSharp.Backup;

/// <content>Verification.</content>
public sealed partial class SnapshotReader
{
    /// <summary>
    /// Verifies all files of the snapshot without writing anything: every chunk is fetched, decoded and compared with its digest, and directory trees are
    /// read through. Of encrypted files without their key (see <see cref="SnapshotOpenOptions.AllowMissingKey"/>) only what is stored is checked. What is
    /// wrong is in the result, with its place; only failures of the connection and the like are thrown.
    /// </summary>
    /// <param name="options">What to verify; null for everything.</param>
    /// <param name="cancellationToken">Stops verifying.</param>
    /// <exception cref="BackupSessionLostException">The connection broke.</exception>
    public Task<SnapshotVerification> VerifyAsync(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        new SnapshotVerifier(this, options ?? VerifyOptions.Default).VerifyAsync(cancellationToken);
}
