using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup;

/// <summary>Snapshots of a datastore, to read.</summary>
public static class DatastoreSnapshotExtensions
{
    extension(Datastore store)
    {
        /// <summary>
        /// Opens a snapshot in a session of its own, and checks its manifest. The server keeps the snapshot from being removed until the reader is disposed.
        /// </summary>
        /// <param name="snapshot">The snapshot.</param>
        /// <param name="options">How to read, the namespace and the key; null for the defaults.</param>
        /// <param name="cancellationToken">Stops opening.</param>
        /// <exception cref="ProxmoxApiException">The server refuses: there is no such snapshot, or the right to read it.</exception>
        /// <exception cref="SnapshotFileNotFoundException">The snapshot was not finished.</exception>
        /// <exception cref="BackupKeyException">The snapshot was made with a key that was not given, or with another one.</exception>
        /// <exception cref="ProxmoxProtocolException">The manifest is damaged, was changed, or belongs to another snapshot.</exception>
        public async Task<SnapshotReader> OpenSnapshotAsync(
            BackupSnapshotPath snapshot,
            SnapshotOpenOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(store);
            options ??= SnapshotOpenOptions.Default;
            BackupReaderSession session = await BackupReaderSession.OpenAsync(store, options.Namespace, snapshot, false, cancellationToken)
                .ConfigureAwait(false);
            string origin = options.Namespace.IsRoot ? store.ToString() : $"{store}:{options.Namespace}";
            return await SnapshotReader.OpenAsync(new SessionSnapshotSource(session, snapshot, origin), options, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>
        /// Opens a snapshot in a session of its own, and checks its manifest. The calling thread waits; others work. The server keeps the snapshot from being
        /// removed until the reader is disposed.
        /// </summary>
        /// <param name="snapshot">The snapshot.</param>
        /// <param name="options">How to read, the namespace and the key; null for the defaults.</param>
        /// <param name="cancellationToken">Stops opening.</param>
        /// <exception cref="ProxmoxApiException">The server refuses: there is no such snapshot, or the right to read it.</exception>
        /// <exception cref="SnapshotFileNotFoundException">The snapshot was not finished.</exception>
        /// <exception cref="BackupKeyException">The snapshot was made with a key that was not given, or with another one.</exception>
        /// <exception cref="ProxmoxProtocolException">The manifest is damaged, was changed, or belongs to another snapshot.</exception>
        public SnapshotReader OpenSnapshot(
            BackupSnapshotPath snapshot, SnapshotOpenOptions? options = null, CancellationToken cancellationToken = default) =>
            Blocking.Run(() => store.OpenSnapshotAsync(snapshot, options, cancellationToken));
    }
}
