using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Pools;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>A resource pool: guests and storages under one name, for permissions and backups. The handle holds the name; nothing is sent until a method is called.</summary>
public sealed class Pool
{
    private readonly PveClient _client;

    internal Pool(PveClient client, string id) => (_client, Id) = (client, id);

    /// <summary>The name of the pool.</summary>
    public string Id { get; }

    // Proxmox: the old form with the name in the path fails for pools inside others, so the name always travels as a parameter.
    private PoolsApi Api => _client.Api.Pools;

    /// <summary>Gets comment and members.</summary>
    /// <param name="type">Only members of this kind; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such pool.</exception>
    /// <remarks><c>GET /pools</c> with <c>poolid</c>. Needs <c>Pool.Audit</c> on <c>/pool/{poolid}</c>.</remarks>
    public async Task<PoolInfo> GetAsync(PoolMemberType? type = null, CancellationToken cancellationToken = default) =>
        Only(await Api.ListAsync(Query(type), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetAsync"/>
    public PoolInfo Get(PoolMemberType? type = null, CancellationToken cancellationToken = default) => Only(Api.List(Query(type), cancellationToken: cancellationToken).Data);

    /// <summary>Changes the comment.</summary>
    /// <param name="comment">Free text; empty for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /pools</c>. Needs <c>Pool.Allocate</c> on <c>/pool/{poolid}</c>.</remarks>
    public Task SetCommentAsync(string comment, CancellationToken cancellationToken = default) =>
        Api.UpdateAsync(new PoolsUpdateRequest { PoolId = Id, Comment = comment }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="SetCommentAsync"/>
    public void SetComment(string comment, CancellationToken cancellationToken = default) =>
        Api.Update(new PoolsUpdateRequest { PoolId = Id, Comment = comment }, cancellationToken: cancellationToken);

    /// <summary>Adds guests. A guest is in one pool at most.</summary>
    /// <param name="guests">The guests, at least one.</param>
    /// <param name="allowMove">True takes guests out of the pools they are in; false, the default, lets the call fail for them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxConflictException">One of the guests is in this pool, or in another one and must not be moved. None was added.</exception>
    /// <remarks><c>PUT /pools</c>. Needs <c>Pool.Allocate</c> on the pools, and <c>VM.Allocate</c> on the guests.</remarks>
    public Task AddGuestsAsync(IEnumerable<VmId> guests, bool allowMove = false, CancellationToken cancellationToken = default) =>
        Api.UpdateAsync(new PoolsUpdateRequest { PoolId = Id, Vms = List(guests), AllowMove = allowMove ? true : null }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="AddGuestsAsync"/>
    public void AddGuests(IEnumerable<VmId> guests, bool allowMove = false, CancellationToken cancellationToken = default) =>
        Api.Update(new PoolsUpdateRequest { PoolId = Id, Vms = List(guests), AllowMove = allowMove ? true : null }, cancellationToken: cancellationToken);

    /// <summary>Removes guests from the pool; the guests themselves stay.</summary>
    /// <param name="guests">The guests, at least one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /pools</c> with <c>delete</c>. Needs <c>Pool.Allocate</c> on the pool, and <c>VM.Allocate</c> on the guests.</remarks>
    public Task RemoveGuestsAsync(IEnumerable<VmId> guests, CancellationToken cancellationToken = default) =>
        Api.UpdateAsync(new PoolsUpdateRequest { PoolId = Id, Vms = List(guests), Delete = true }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="RemoveGuestsAsync"/>
    public void RemoveGuests(IEnumerable<VmId> guests, CancellationToken cancellationToken = default) =>
        Api.Update(new PoolsUpdateRequest { PoolId = Id, Vms = List(guests), Delete = true }, cancellationToken: cancellationToken);

    /// <summary>Adds storages. A storage may be in several pools.</summary>
    /// <param name="storages">The storages, at least one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxConflictException">One of the storages is in the pool.</exception>
    /// <remarks><c>PUT /pools</c>. Needs <c>Pool.Allocate</c> on the pool, and <c>Datastore.Allocate</c> on the storages.</remarks>
    public Task AddStoragesAsync(IEnumerable<StorageId> storages, CancellationToken cancellationToken = default) =>
        Api.UpdateAsync(new PoolsUpdateRequest { PoolId = Id, Storage = List(storages) }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="AddStoragesAsync"/>
    public void AddStorages(IEnumerable<StorageId> storages, CancellationToken cancellationToken = default) =>
        Api.Update(new PoolsUpdateRequest { PoolId = Id, Storage = List(storages) }, cancellationToken: cancellationToken);

    /// <summary>Removes storages from the pool; the storages themselves stay.</summary>
    /// <param name="storages">The storages, at least one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /pools</c> with <c>delete</c>. Needs <c>Pool.Allocate</c> on the pool, and <c>Datastore.Allocate</c> on the storages.</remarks>
    public Task RemoveStoragesAsync(IEnumerable<StorageId> storages, CancellationToken cancellationToken = default) =>
        Api.UpdateAsync(new PoolsUpdateRequest { PoolId = Id, Storage = List(storages), Delete = true }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="RemoveStoragesAsync"/>
    public void RemoveStorages(IEnumerable<StorageId> storages, CancellationToken cancellationToken = default) =>
        Api.Update(new PoolsUpdateRequest { PoolId = Id, Storage = List(storages), Delete = true }, cancellationToken: cancellationToken);

    /// <summary>Deletes the pool, which must have neither members nor pools inside.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxApiException">The pool is not empty.</exception>
    /// <remarks><c>DELETE /pools</c>. Needs <c>Pool.Allocate</c> on <c>/pool/{poolid}</c>.</remarks>
    public Task DeleteAsync(CancellationToken cancellationToken = default) => Api.DeleteAsync(new PoolsDeleteRequest { PoolId = Id }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(CancellationToken cancellationToken = default) => Api.Delete(new PoolsDeleteRequest { PoolId = Id }, cancellationToken: cancellationToken);

    /// <summary>Returns the name of the pool.</summary>
    public override string ToString() => Id;

    private static string List<T>(IEnumerable<T> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return WireValues.Join(members) is { Length: > 0 } list ? list : throw new ArgumentException("Name at least one member.", nameof(members));
    }

    private PoolsListRequest Query(PoolMemberType? type) => new() { PoolId = Id, Type = type is { } word ? new PoolMemberFilter(word.Value) : null };

    private PoolInfo Only(IReadOnlyList<PoolsItem> pools) => pools.Count == 1
        ? new PoolInfo(pools[0])
        : throw new ProxmoxNotFoundException($"Unable to find the pool {Id}: no pool that you may see has this name.") { Method = ApiMethod.Get, Path = "/pools" };
}
