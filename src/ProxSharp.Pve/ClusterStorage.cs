using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>A storage as it is defined for the whole cluster. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed class ClusterStorage
{
    private static readonly ApiOperation s_update = new(ApiMethod.Put, "/storage/{storage}");

    private readonly PveClient _client;

    internal ClusterStorage(PveClient client, StorageId id) => (_client, Id) = (client, id);

    /// <summary>The name of the storage.</summary>
    public StorageId Id { get; }

    /// <summary>Gets the definition.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such storage.</exception>
    /// <remarks><c>GET /storage/{storage}</c>. Needs <c>Datastore.Allocate</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<StorageDefinition> GetAsync(CancellationToken cancellationToken = default) =>
        new(await _client.Api.Storage.GetAsync(Id.Value, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetAsync"/>
    public StorageDefinition Get(CancellationToken cancellationToken = default) => new(_client.Api.Storage.Get(Id.Value, cancellationToken: cancellationToken).Data);

    /// <summary>Changes the definition.</summary>
    /// <param name="update">What to change.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxConflictException">Somebody changed the configuration since the update's digest was read.</exception>
    /// <remarks><c>PUT /storage/{storage}</c>. Needs <c>Datastore.Allocate</c> on <c>/storage</c>.</remarks>
    public Task<StorageCreateResult> UpdateAsync(StorageUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return _client.Connection.SendAsync(s_update, update.ToParameters(Id), ApiReaders.Object<StorageCreateResult>, cancellationToken: cancellationToken).DataAsync();
    }

    /// <inheritdoc cref="UpdateAsync"/>
    public StorageCreateResult Update(StorageUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return _client.Connection.Send(s_update, update.ToParameters(Id), ApiReaders.Object<StorageCreateResult>, cancellationToken: cancellationToken).Data;
    }

    /// <summary>Removes the definition. The data on the storage stays.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>DELETE /storage/{storage}</c>. Needs <c>Datastore.Allocate</c> on <c>/storage</c>.</remarks>
    public Task DeleteAsync(CancellationToken cancellationToken = default) => _client.Api.Storage.DeleteAsync(Id.Value, cancellationToken: cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(CancellationToken cancellationToken = default) => _client.Api.Storage.Delete(Id.Value, cancellationToken: cancellationToken);

    /// <summary>The same storage as a node sees it; nothing is sent.</summary>
    public Storage On(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new Storage(node, Id);
    }

    /// <summary>Returns the name of the storage.</summary>
    public override string ToString() => Id.ToString();
}
