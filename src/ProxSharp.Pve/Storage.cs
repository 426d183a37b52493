using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>A storage as one node sees it. The handle holds node and name; nothing is sent until a method is called.</summary>
/// <example>
/// <code>
/// Storage local = pve.Nodes["pve1"].Storages["local"];
/// UploadedVolume iso = await local.UploadFileAndWaitAsync("debian-13.iso", UploadContent.Iso);
/// await local.Volumes[iso.Id].DeleteAsync().WaitForCompletionAsync();
/// </code>
/// </example>
public sealed partial class Storage
{
    internal Storage(Node node, StorageId id) => (Node, Id) = (node, id);

    /// <summary>The name of the storage.</summary>
    public StorageId Id { get; }

    /// <summary>The node that is asked.</summary>
    public Node Node { get; }

    /// <summary>What is kept on the storage.</summary>
    public VolumeCollection Volumes => new(this);

    internal PveClient Client => Node.Client;

    private NodesStorageApi Api => Client.Api.Nodes.Storage;

    /// <summary>Gets state and usage.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such storage.</exception>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/status</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<StorageStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        new(Id, await Api.GetStatusAsync(Node.Name.Value, Id.Value, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetStatusAsync"/>
    public StorageStatus GetStatus(CancellationToken cancellationToken = default) =>
        new(Id, Api.GetStatus(Node.Name.Value, Id.Value, cancellationToken: cancellationToken).Data);

    /// <summary>Gets what tells the storage behind the definition from others, to recognise it under another name. Few kinds of storage can tell.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxApiException">This kind of storage cannot tell.</exception>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/identity</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public Task<NodesStorageIdentityResult> GetIdentityAsync(CancellationToken cancellationToken = default) =>
        Api.GetIdentityAsync(Node.Name.Value, Id.Value, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetIdentityAsync"/>
    public NodesStorageIdentityResult GetIdentity(CancellationToken cancellationToken = default) =>
        Api.GetIdentity(Node.Name.Value, Id.Value, cancellationToken: cancellationToken).Data;

    /// <summary>Returns node and name of the storage.</summary>
    public override string ToString() => $"{Node.Name}/{Id}";
}
