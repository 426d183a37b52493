using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>The storages as they are defined for the whole cluster.</summary>
public sealed class ClusterStorageCollection
{
    private static readonly ApiOperation s_list = new(ApiMethod.Get, "/storage");
    private static readonly ApiOperation s_create = new(ApiMethod.Post, "/storage");

    private readonly PveClient _client;

    internal ClusterStorageCollection(PveClient client) => _client = client;

    /// <summary>A storage's definition by its name; nothing is sent.</summary>
    public ClusterStorage this[StorageId id] => new(_client, id);

    /// <summary>A storage's definition by its name; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no storage name.</exception>
    public ClusterStorage this[string id] => new(_client, StorageId.Parse(id));

    /// <summary>Lists the definitions the user may see.</summary>
    /// <param name="type">Only storages of this kind; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /storage</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<IReadOnlyList<StorageDefinition>> ListAsync(StorageType? type = null, CancellationToken cancellationToken = default) =>
        Read(await _client.Connection.SendAsync(s_list, Filter(type), ApiReaders.Objects<StorageResult>, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<StorageDefinition> List(StorageType? type = null, CancellationToken cancellationToken = default) =>
        Read(_client.Connection.Send(s_list, Filter(type), ApiReaders.Objects<StorageResult>, cancellationToken: cancellationToken).Data);

    /// <summary>Defines a storage. Directories are made where they are missing; what lies behind a network must exist.</summary>
    /// <param name="spec">The storage.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What the server made up by itself: the encryption key of a backup server's storage, if it was asked for one. It is shown only now.</returns>
    /// <exception cref="ProxmoxConflictException">There is such a storage.</exception>
    /// <remarks><c>POST /storage</c>. Needs <c>Datastore.Allocate</c> on <c>/storage</c>.</remarks>
    public Task<StorageCreateResult> CreateAsync(StorageSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _client.Connection.SendAsync(s_create, spec.ToParameters(), ApiReaders.Object<StorageCreateResult>, cancellationToken: cancellationToken).DataAsync();
    }

    /// <inheritdoc cref="CreateAsync"/>
    public StorageCreateResult Create(StorageSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _client.Connection.Send(s_create, spec.ToParameters(), ApiReaders.Object<StorageCreateResult>, cancellationToken: cancellationToken).Data;
    }

    private static ApiParameters Filter(StorageType? type) => new ApiParameters().With(new StorageListRequest { Type = type });

    private static IReadOnlyList<StorageDefinition> Read(IReadOnlyList<StorageResult> items) => [.. items.Select(static item => new StorageDefinition(item))];
}
