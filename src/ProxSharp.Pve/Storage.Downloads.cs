using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <content>Downloads that the node makes.</content>
public sealed partial class Storage
{
    /// <summary>Makes the node download a file to the storage. <see cref="Node.QueryUrlMetadataAsync"/> shows name and size beforehand.</summary>
    /// <param name="url">Where the file is: http or https.</param>
    /// <param name="kind">What the file is.</param>
    /// <param name="options">Name, checksum and more; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task that downloads it; it fails if the checksum does not match.</returns>
    /// <exception cref="ArgumentException">The address is not absolute, or tells no name and none is given.</exception>
    /// <remarks>
    /// <c>POST /nodes/{node}/storage/{storage}/download-url</c>. Needs <c>Datastore.AllocateTemplate</c> on <c>/storage/{storage}</c>, and <c>Sys.AccessNetwork</c> on
    /// <c>/nodes/{node}</c> or <c>Sys.Audit</c> and <c>Sys.Modify</c> on <c>/</c>.
    /// </remarks>
    public Task<PveTask> DownloadFromUrlAsync(Uri url, UploadContent kind, UrlDownloadOptions? options = null, CancellationToken cancellationToken = default) => Client.Tasks.StartedAsync(
        Api.DownloadUrlAsync(Node.Name.Value, Id.Value, (options ?? UrlDownloadOptions.Default).ToRequest(url, kind), cancellationToken: cancellationToken));

    /// <inheritdoc cref="DownloadFromUrlAsync"/>
    public PveTask DownloadFromUrl(Uri url, UploadContent kind, UrlDownloadOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Api.DownloadUrl(Node.Name.Value, Id.Value, (options ?? UrlDownloadOptions.Default).ToRequest(url, kind), cancellationToken: cancellationToken));

    /// <summary>Makes the node download a file to the storage, and waits until it is there.</summary>
    /// <returns>The volume it has become.</returns>
    /// <exception cref="ProxmoxTaskFailedException">The download failed, or the checksum does not match.</exception>
    /// <inheritdoc cref="DownloadFromUrlAsync"/>
    public async Task<VolumeId> DownloadFromUrlAndWaitAsync(Uri url, UploadContent kind, UrlDownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = await DownloadFromUrlAsync(url, kind, options, cancellationToken).ConfigureAwait(false);
        (await task.WaitForCompletionAsync(options?.Wait, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
        return Downloaded(task, url, kind, options);
    }

    /// <inheritdoc cref="DownloadFromUrlAndWaitAsync"/>
    public VolumeId DownloadFromUrlAndWait(Uri url, UploadContent kind, UrlDownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = DownloadFromUrl(url, kind, options, cancellationToken);
        task.WaitForCompletion(options?.Wait, cancellationToken).EnsureSucceeded();
        return Downloaded(task, url, kind, options);
    }

    /// <summary>Makes the node download an image from an OCI registry to the storage, as a container template. The node needs skopeo.</summary>
    /// <param name="reference">The image with its tag, for example <c>docker.io/library/alpine:3.22</c>.</param>
    /// <param name="fileName">The name of the template without its extension; null takes it from the reference.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST /nodes/{node}/storage/{storage}/oci-registry-pull</c>. Needs <c>Datastore.AllocateTemplate</c> on <c>/storage/{storage}</c> and
    /// <c>Sys.AccessNetwork</c> on <c>/nodes/{node}</c>.
    /// </remarks>
    public Task<PveTask> PullOciImageAsync(string reference, string? fileName = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Api.PullOciImageAsync(Node.Name.Value, Id.Value, Pulling(reference, fileName), cancellationToken: cancellationToken));

    /// <inheritdoc cref="PullOciImageAsync"/>
    public PveTask PullOciImage(string reference, string? fileName = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Api.PullOciImage(Node.Name.Value, Id.Value, Pulling(reference, fileName), cancellationToken: cancellationToken));

    private static NodesStoragePullOciImageRequest Pulling(string reference, string? fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        return new NodesStoragePullOciImageRequest { Reference = reference, Filename = fileName };
    }

    // Proxmox: the task is about the file's name as the server has cleaned it.
    private VolumeId Downloaded(PveTask task, Uri url, UploadContent kind, UrlDownloadOptions? options) =>
        ContentFileName.Volume(Id, kind, task.Upid.Id is { Length: > 0 } name ? name : (options ?? UrlDownloadOptions.Default).NameFor(url));
}
