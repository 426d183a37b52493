using System.Text;
using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <content>What is inside backups and foreign machines.</content>
public sealed partial class Volume
{
    private NodesStorageFileRestoreApi Files => Client.Api.Nodes.Storage.FileRestore;

    /// <summary>Gets the configuration of the guest as it was when this backup was made.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The lines of the configuration file.</returns>
    /// <remarks><c>GET /nodes/{node}/vzdump/extractconfig</c>. Needs <c>VM.Backup</c> on the guest and <c>Datastore.AllocateSpace</c> on the storage.</remarks>
    public Task<string> ExtractConfigAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.VzDump.ExtractConfigAsync(NodeName, new NodesVzDumpExtractConfigRequest { Volume = Id.ToString() }, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ExtractConfigAsync"/>
    public string ExtractConfig(CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.VzDump.ExtractConfig(NodeName, new NodesVzDumpExtractConfigRequest { Volume = Id.ToString() }, cancellationToken: cancellationToken).Data;

    /// <summary>Reads a foreign machine's description, and gives the settings to create a virtual machine with.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/import-metadata</c>. Needs rights on the storage.</remarks>
    public async Task<ImportMetadata> GetImportMetadataAsync(CancellationToken cancellationToken = default) => new(
        await Client.Api.Nodes.Storage.GetImportMetadataAsync(NodeName, StorageName, new NodesStorageGetImportMetadataRequest { Volume = Id.ToString() }, cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetImportMetadataAsync"/>
    public ImportMetadata GetImportMetadata(CancellationToken cancellationToken = default) => new(
        Client.Api.Nodes.Storage.GetImportMetadata(NodeName, StorageName, new NodesStorageGetImportMetadataRequest { Volume = Id.ToString() }, cancellationToken: cancellationToken).Data);

    /// <summary>
    /// Lists files and directories inside a backup on a Proxmox Backup Server. For disks of virtual machines the node starts a small helper machine, so the
    /// first call may take a while.
    /// </summary>
    /// <param name="path">The directory as <see cref="BackupFile.Path"/> gives it; <c>/</c> lists the archives and disks of the backup.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/file-restore/list</c>. Needs read access to the backup.</remarks>
    public async Task<IReadOnlyList<BackupFile>> ListFilesAsync(string path = "/", CancellationToken cancellationToken = default) =>
        Read(await Files.ListAsync(NodeName, StorageName, Listing(path), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListFilesAsync"/>
    public IReadOnlyList<BackupFile> ListFiles(string path = "/", CancellationToken cancellationToken = default) =>
        Read(Files.List(NodeName, StorageName, Listing(path), cancellationToken: cancellationToken).Data);

    /// <summary>Downloads a file or a directory out of a backup on a Proxmox Backup Server, as a stream.</summary>
    /// <param name="path">The file or directory as <see cref="BackupFile.Path"/> gives it.</param>
    /// <param name="asTar">True packs a directory as tar.zst; false, the default, as zip. A file comes as it is either way.</param>
    /// <param name="cancellationToken">Cancels the call and the download.</param>
    /// <returns>The bytes; dispose it. Its length is not known. If the server breaks off, reading fails or, since there is no length, ends early: check zip and tar files.</returns>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/file-restore/download</c>. Needs read access to the backup.</remarks>
    public Task<ApiDownload> DownloadFileAsync(string path, bool asTar = false, CancellationToken cancellationToken = default) =>
        Files.DownloadAsync(NodeName, StorageName, Downloading(path, asTar), cancellationToken: cancellationToken);

    /// <inheritdoc cref="DownloadFileAsync"/>
    public ApiDownload DownloadFile(string path, bool asTar = false, CancellationToken cancellationToken = default) =>
        Files.Download(NodeName, StorageName, Downloading(path, asTar), cancellationToken: cancellationToken);

    private static IReadOnlyList<BackupFile> Read(IReadOnlyList<NodesStorageFileRestoreItem> items) => [.. items.Select(static item => new BackupFile(item))];

    // Proxmox: paths inside backups travel in base64, since they may hold any bytes; only the root of a list does not.
    private static string Encode(string path) => Convert.ToBase64String(Encoding.UTF8.GetBytes(path.StartsWith('/') ? path : $"/{path}"));

    private NodesStorageFileRestoreListRequest Listing(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new NodesStorageFileRestoreListRequest { Volume = Id.ToString(), Filepath = path == "/" ? path : Encode(path) };
    }

    private NodesStorageFileRestoreDownloadRequest Downloading(string path, bool asTar)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new NodesStorageFileRestoreDownloadRequest { Volume = Id.ToString(), Filepath = Encode(path), Tar = asTar ? true : null };
    }
}
