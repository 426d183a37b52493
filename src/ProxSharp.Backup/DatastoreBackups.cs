using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Runs;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup;

/// <summary>Backups to a datastore.</summary>
public static class DatastoreBackups
{
    extension(Datastore store)
    {
        /// <summary>
        /// Makes a backup: one snapshot that holds an archive for each source. Only what the server does not have yet is uploaded. Nothing is repeated: any
        /// failure gives the whole backup up, and the server then keeps no snapshot of it, and of a new group only that it exists; the same goes for a cancelled one.
        /// </summary>
        /// <param name="group">What is backed up, for example <c>vm/100</c> or <c>host/web1</c>.</param>
        /// <param name="sources">The archives of the snapshot, in this order.</param>
        /// <param name="options">How the backup is made; null for the defaults.</param>
        /// <param name="cancellationToken">Gives the backup up.</param>
        /// <returns>The snapshot, with statistics and warnings.</returns>
        /// <exception cref="ArgumentException">Two sources have the same name, or the options do not fit together.</exception>
        /// <exception cref="BackupSourceException">A source cannot be read.</exception>
        /// <exception cref="BackupSessionLostException">The connection broke.</exception>
        /// <exception cref="ProxmoxApiException">The server refuses something.</exception>
        /// <example>
        /// <code>
        /// await using PbsClient pbs = PbsClient.Connect("https://pbs1:8007", ProxmoxCredentials.ApiToken("backup@pbs!ci", secret));
        /// BackupResult result = await pbs.Datastores["tank"].BackupAsync(
        ///     BackupGroupPath.Parse("host/web1"),
        ///     [BackupSource.Image("disk", "/dev/vg0/web1-snapshot"), BackupSource.File("web1.conf", "/etc/web1.conf")],
        ///     new BackupOptions { Key = key, Progress = progress });
        /// Console.WriteLine($"{result.Snapshot}: {result.BytesSent} bytes sent, {result.BytesReused} reused");
        /// </code>
        /// </example>
        public Task<BackupResult> BackupAsync(
            BackupGroupPath group, IReadOnlyList<BackupSource> sources, BackupOptions? options = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(store);
            ArgumentNullException.ThrowIfNull(sources);
            return BackupRunner.RunAsync(store, group, sources, options ?? new BackupOptions(), cancellationToken);
        }

        /// <summary>
        /// Makes a backup: one snapshot that holds an archive for each source. The calling thread waits while others read, compress, encrypt and send. Any
        /// failure gives the whole backup up, and the server then keeps no snapshot of it, and of a new group only that it exists; the same goes for a cancelled one.
        /// </summary>
        /// <param name="group">What is backed up, for example <c>vm/100</c> or <c>host/web1</c>.</param>
        /// <param name="sources">The archives of the snapshot, in this order.</param>
        /// <param name="options">How the backup is made; null for the defaults.</param>
        /// <param name="cancellationToken">Gives the backup up.</param>
        /// <returns>The snapshot, with statistics and warnings.</returns>
        /// <exception cref="ArgumentException">Two sources have the same name, or the options do not fit together.</exception>
        /// <exception cref="BackupSourceException">A source cannot be read.</exception>
        /// <exception cref="BackupSessionLostException">The connection broke.</exception>
        /// <exception cref="ProxmoxApiException">The server refuses something.</exception>
        public BackupResult Backup(
            BackupGroupPath group, IReadOnlyList<BackupSource> sources, BackupOptions? options = null, CancellationToken cancellationToken = default) =>
            Blocking.Run(() => store.BackupAsync(group, sources, options, cancellationToken));

        /// <summary>Measures how fast the server takes data, in a session that keeps nothing, while the calling thread waits. Needs the right to back up.</summary>
        /// <param name="duration">How long to send.</param>
        /// <param name="cancellationToken">Ends it.</param>
        /// <returns>Bytes in a second.</returns>
        /// <exception cref="BackupSessionLostException">The connection broke.</exception>
        /// <exception cref="ProxmoxApiException">The server refuses.</exception>
        public double MeasureUpload(TimeSpan duration, CancellationToken cancellationToken = default) =>
            Blocking.Run(() => store.MeasureUploadAsync(duration, cancellationToken));

        /// <summary>Measures how fast the server takes data, in a session that keeps nothing. Needs the right to back up.</summary>
        /// <param name="duration">How long to send.</param>
        /// <param name="cancellationToken">Ends it.</param>
        /// <returns>Bytes in a second.</returns>
        /// <exception cref="BackupSessionLostException">The connection broke.</exception>
        /// <exception cref="ProxmoxApiException">The server refuses.</exception>
        public Task<double> MeasureUploadAsync(TimeSpan duration, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(store);
            return UploadBenchmark.RunAsync(store, duration, cancellationToken);
        }

        /// <summary>Stores the log of a backup beside it, as <c>client.log.blob</c>. A snapshot takes one log, and only from its owner.</summary>
        /// <param name="snapshot">The snapshot, already finished.</param>
        /// <param name="log">The text: 16 MiB at most after compression.</param>
        /// <param name="folder">The namespace.</param>
        /// <param name="key">Encrypts the log; give it if the backup is encrypted: its own one. It stays the caller's to dispose.</param>
        /// <param name="cancellationToken">Cancels the call.</param>
        /// <exception cref="Formats.BackupKeyException">The backup was made with another key. Nothing was sent.</exception>
        /// <exception cref="ProxmoxApiException">The server refuses: there is a log already, or no such snapshot.</exception>
        public async Task UploadBackupLogAsync(
            BackupSnapshotPath snapshot,
            ReadOnlyMemory<byte> log,
            BackupNamespace folder = default,
            CryptConfig? key = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(store);
            if (key is not null)
                await SnapshotCalls.RequireKeyAsync(store, folder, snapshot, key, cancellationToken).ConfigureAwait(false);
            using PooledBuffer blob = new(DataBlob.GetMaxLength(log.Length, key is not null));
            using DataBlobEncoder encoder = new(key);
            encoder.Encode(log.Span, blob);
            await SnapshotCalls.UploadLogAsync(store, folder, snapshot, blob.Memory, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Stores the log of a backup beside it, as <c>client.log.blob</c>. A snapshot takes one log, and only from its owner.</summary>
        /// <param name="snapshot">The snapshot, already finished.</param>
        /// <param name="log">The text: 16 MiB at most after compression.</param>
        /// <param name="folder">The namespace.</param>
        /// <param name="key">Encrypts the log; give it if the backup is encrypted: its own one. It stays the caller's to dispose.</param>
        /// <param name="cancellationToken">Cancels the call.</param>
        /// <exception cref="Formats.BackupKeyException">The backup was made with another key. Nothing was sent.</exception>
        /// <exception cref="ProxmoxApiException">The server refuses: there is a log already, or no such snapshot.</exception>
        public void UploadBackupLog(
            BackupSnapshotPath snapshot,
            ReadOnlyMemory<byte> log,
            BackupNamespace folder = default,
            CryptConfig? key = null,
            CancellationToken cancellationToken = default) =>
            Blocking.Run(() => store.UploadBackupLogAsync(snapshot, log, folder, key, cancellationToken));
    }
}
