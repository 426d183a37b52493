using ProxSharp.Api;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <content>What is in the snapshot.</content>
public sealed partial class BackupSnapshot
{
    private const string LogFile = "client.log.blob";

    /// <summary>Lists the files of the snapshot as they are stored, for example <c>root.pxar.didx</c>.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/files</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Read</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task<IReadOnlyList<AdminDatastoreFilesItem>> ListFilesAsync(CancellationToken cancellationToken = default) =>
        Datastore.Api.ListFilesAsync(Datastore.Name.Value, FilesRequest(), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListFilesAsync"/>
    public IReadOnlyList<AdminDatastoreFilesItem> ListFiles(CancellationToken cancellationToken = default) =>
        Datastore.Api.ListFiles(Datastore.Name.Value, FilesRequest(), cancellationToken: cancellationToken).Data;

    /// <summary>Downloads a file of the snapshot as it is stored: a blob, or the index of an archive. Works for encrypted snapshots too.</summary>
    /// <param name="fileName">The name as <see cref="ListFilesAsync"/> gives it.</param>
    /// <param name="cancellationToken">Cancels the call; what is read from the stream takes its own.</param>
    /// <returns>The bytes as a stream, to be disposed.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot, or it has no such file.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/download</c>. Needs <c>Datastore.Read</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task<ApiDownload> DownloadAsync(string fileName, CancellationToken cancellationToken = default) =>
        Datastore.Api.DownloadAsync(Datastore.Name.Value, DownloadRequest(fileName), cancellationToken: cancellationToken);

    /// <inheritdoc cref="DownloadAsync"/>
    public ApiDownload Download(string fileName, CancellationToken cancellationToken = default) =>
        Datastore.Api.Download(Datastore.Name.Value, DownloadRequest(fileName), cancellationToken: cancellationToken);

    /// <summary>Downloads the content of a file of the snapshot: chunks put together and unpacked by the server. Not for encrypted files.</summary>
    /// <param name="fileName">The name as <see cref="ListFilesAsync"/> gives it.</param>
    /// <param name="cancellationToken">Cancels the call; what is read from the stream takes its own.</param>
    /// <returns>The bytes as a stream, to be disposed.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot, or it has no such file.</exception>
    /// <exception cref="ProxmoxApiException">The file is encrypted.</exception>
    /// <remarks><c>GET /admin/datastore/{store}/download-decoded</c>. Needs <c>Datastore.Read</c>, or <c>Datastore.Backup</c> for a group of one's
    /// own.</remarks>
    public Task<ApiDownload> DownloadDecodedAsync(string fileName, CancellationToken cancellationToken = default) =>
        Datastore.Api.DownloadDecodedAsync(Datastore.Name.Value, DecodedRequest(fileName), cancellationToken: cancellationToken);

    /// <inheritdoc cref="DownloadDecodedAsync"/>
    public ApiDownload DownloadDecoded(string fileName, CancellationToken cancellationToken = default) =>
        Datastore.Api.DownloadDecoded(Datastore.Name.Value, DecodedRequest(fileName), cancellationToken: cancellationToken);

    /// <summary>Lists what is in a directory of an archive, or the archives, by the snapshot's catalog. Not for encrypted snapshots.</summary>
    /// <param name="path">The directory. Default: the root, which lists the archives.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot, or it has no catalog.</exception>
    /// <exception cref="ProxmoxApiException">The catalog is encrypted.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/catalog</c>. Needs <c>Datastore.Read</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public async Task<IReadOnlyList<ArchiveEntry>> ListEntriesAsync(ArchivePath path = default, CancellationToken cancellationToken = default) =>
        ArchiveEntry.ReadAll(await Datastore.Api.ListCatalogAsync(Datastore.Name.Value, CatalogRequest(path), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListEntriesAsync"/>
    public IReadOnlyList<ArchiveEntry> ListEntries(ArchivePath path = default, CancellationToken cancellationToken = default) =>
        ArchiveEntry.ReadAll(Datastore.Api.ListCatalog(Datastore.Name.Value, CatalogRequest(path), cancellationToken: cancellationToken).Data);

    /// <summary>Downloads one file out of an archive, or a directory as a packed file. Not for encrypted snapshots.</summary>
    /// <param name="path">The file or directory, for example <c>ArchivePath.Parse("root.pxar.didx/etc/hosts")</c>.</param>
    /// <param name="asTar">True to get directories as tar with zstd; false (the default) as zip, which keeps less about files.</param>
    /// <param name="cancellationToken">Cancels the call; what is read from the stream takes its own.</param>
    /// <returns>The bytes as a stream, to be disposed.</returns>
    /// <exception cref="ArgumentException">The path names no archive.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot, or nothing under that path.</exception>
    /// <remarks><c>GET /admin/datastore/{store}/pxar-file-download</c>. Needs <c>Datastore.Read</c>, or <c>Datastore.Backup</c> for a group of one's
    /// own.</remarks>
    public Task<ApiDownload> DownloadEntryAsync(ArchivePath path, bool asTar = false, CancellationToken cancellationToken = default) =>
        Datastore.Api.PxarFileDownloadAsync(Datastore.Name.Value, EntryRequest(path, asTar), cancellationToken: cancellationToken);

    /// <inheritdoc cref="DownloadEntryAsync"/>
    public ApiDownload DownloadEntry(ArchivePath path, bool asTar = false, CancellationToken cancellationToken = default) =>
        Datastore.Api.PxarFileDownload(Datastore.Name.Value, EntryRequest(path, asTar), cancellationToken: cancellationToken);

    /// <summary>Stores the log of the program that made the backup. A snapshot takes one, after it is finished.</summary>
    /// <param name="blob">The log, encoded as a blob. Read from its current position; must tell its length.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /admin/datastore/{store}/upload-backup-log</c>. Needs <c>Datastore.Backup</c>, and that the group is one's own.</remarks>
    public Task UploadLogAsync(Stream blob, CancellationToken cancellationToken = default) =>
        Datastore.Api.UploadBackupLogAsync(Datastore.Name.Value, LogRequest(), new ApiUpload(blob, LogFile), cancellationToken: cancellationToken);

    /// <inheritdoc cref="UploadLogAsync"/>
    public void UploadLog(Stream blob, CancellationToken cancellationToken = default) =>
        Datastore.Api.UploadBackupLog(Datastore.Name.Value, LogRequest(), new ApiUpload(blob, LogFile), cancellationToken: cancellationToken);

    private AdminDatastoreListFilesRequest FilesRequest() =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns };

    private AdminDatastoreDownloadRequest DownloadRequest(string fileName) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns, FileName = fileName };

    private AdminDatastoreDownloadDecodedRequest DecodedRequest(string fileName) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns, FileName = fileName };

    private AdminDatastoreListCatalogRequest CatalogRequest(ArchivePath path) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns, Filepath = path.Wire };

    private AdminDatastorePxarFileDownloadRequest EntryRequest(ArchivePath path, bool asTar) => path.IsRoot
        ? throw new ArgumentException("The path names no archive.", nameof(path))
        : new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns, Filepath = path.Wire, Tar = asTar ? true : null };

    private AdminDatastoreUploadBackupLogRequest LogRequest() =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns };
}
