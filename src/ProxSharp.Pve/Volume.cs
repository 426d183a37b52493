using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>A volume on a storage: a disk, an image, a template, a backup. The handle holds its identifier; nothing is sent until a method is called.</summary>
public sealed partial class Volume
{
    internal Volume(Storage storage, VolumeId id) => (Storage, Id) = (storage, id);

    /// <summary>The identifier of the volume.</summary>
    public VolumeId Id { get; }

    /// <summary>The storage it is on, as one node sees it.</summary>
    public Storage Storage { get; }

    private PveClient Client => Storage.Client;

    private NodesStorageContentApi Api => Client.Api.Nodes.Storage.Content;

    private string NodeName => Storage.Node.Name.Value;

    private string StorageName => Storage.Id.Value;

    /// <summary>Gets path, size and format, and of a backup notes and protection.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxApiException">There is no such volume; the server has no words of its own for that.</exception>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/content/{volume}</c>. Needs rights on the storage or on the volume's guest.</remarks>
    public async Task<VolumeDetails> GetAsync(CancellationToken cancellationToken = default) =>
        new(Id, await Api.GetAsync(NodeName, StorageName, Id.ToString(), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetAsync"/>
    public VolumeDetails Get(CancellationToken cancellationToken = default) =>
        new(Id, Api.Get(NodeName, StorageName, Id.ToString(), cancellationToken: cancellationToken).Data);

    /// <summary>Changes notes or protection of a backup.</summary>
    /// <param name="update">What to change.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /nodes/{node}/storage/{storage}/content/{volume}</c>. Needs <c>Datastore.Allocate</c> on <c>/storage/{storage}</c>, or <c>VM.Backup</c> on the guest.</remarks>
    public Task UpdateAsync(VolumeUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Api.UpdateAsync(NodeName, StorageName, Id.ToString(), update.ToRequest(), cancellationToken: cancellationToken);
    }

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(VolumeUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        Api.Update(NodeName, StorageName, Id.ToString(), update.ToRequest(), cancellationToken: cancellationToken);
    }

    /// <summary>Deletes the volume and what is on it. A protected backup is not deleted: the task fails.</summary>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task that deletes it.</returns>
    /// <remarks><c>DELETE /nodes/{node}/storage/{storage}/content/{volume}</c>. Needs <c>Datastore.Allocate</c> on <c>/storage/{storage}</c>, or rights that depend on the content.</remarks>
    public Task<PveTask> DeleteAsync(CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(TaskOf(Api.DeleteAsync(NodeName, StorageName, Id.ToString(), cancellationToken: cancellationToken)));

    /// <inheritdoc cref="DeleteAsync(CancellationToken)"/>
    public PveTask Delete(CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(TaskOf(Api.Delete(NodeName, StorageName, Id.ToString(), cancellationToken: cancellationToken)));

    /// <summary>Deletes the volume and what is on it, and lets the server wait a moment for the end of it: one call instead of several for volumes that go fast.</summary>
    /// <param name="patience">How long the server waits: 1 to 30 s. Keep it well below 30 s, after which the call itself fails.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>Null if the volume is gone, or the task that still deletes it.</returns>
    /// <exception cref="ProxmoxApiException">The volume could not be deleted.</exception>
    /// <remarks><c>DELETE /nodes/{node}/storage/{storage}/content/{volume}</c> with <c>delay</c>.</remarks>
    public async Task<PveTask?> DeleteAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        string? upid = await Api.DeleteAsync(NodeName, StorageName, Id.ToString(), Delay(patience), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false);
        return upid is { Length: > 0 } ? Client.Tasks[Upid.Parse(upid)] : null;
    }

    /// <inheritdoc cref="DeleteAsync(TimeSpan, CancellationToken)"/>
    public PveTask? Delete(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        string? upid = Api.Delete(NodeName, StorageName, Id.ToString(), Delay(patience), cancellationToken: cancellationToken).Data;
        return upid is { Length: > 0 } ? Client.Tasks[Upid.Parse(upid)] : null;
    }

    /// <summary>Copies the volume to another one, possibly on another node. The server calls this experimental and refuses it to everybody but <c>root@pam</c>.</summary>
    /// <param name="target">The identifier of the copy.</param>
    /// <param name="targetNode">The node of the copy; null for the same node.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST /nodes/{node}/storage/{storage}/content/{volume}</c>.</remarks>
    public Task<PveTask> CopyAsync(VolumeId target, NodeName? targetNode = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Api.CopyAsync(NodeName, StorageName, Id.ToString(), Copying(target, targetNode), cancellationToken: cancellationToken));

    /// <inheritdoc cref="CopyAsync"/>
    public PveTask Copy(VolumeId target, NodeName? targetNode = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Api.Copy(NodeName, StorageName, Id.ToString(), Copying(target, targetNode), cancellationToken: cancellationToken));

    /// <summary>Returns the identifier.</summary>
    public override string ToString() => Id.ToString();

    private static NodesStorageContentCopyRequest Copying(VolumeId target, NodeName? node) => new() { Target = target.ToString(), TargetNode = node?.Value };

    private static NodesStorageContentDeleteRequest Delay(TimeSpan patience)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patience, TimeSpan.FromSeconds(30));
        return new NodesStorageContentDeleteRequest { Delay = (long)Math.Ceiling(patience.TotalSeconds) };
    }

    private static async Task<ApiResponse<string>> TaskOf(Task<ApiResponse<string?>> call) => TaskOf(await call.ConfigureAwait(false));

    private static ApiResponse<string> TaskOf(ApiResponse<string?> response) => new(response.Data ?? "");
}
