using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Pools;

namespace ProxSharp.Pve;

/// <summary>The resource pools.</summary>
public sealed class PoolCollection
{
    private readonly PveClient _client;

    internal PoolCollection(PveClient client) => _client = client;

    /// <summary>A pool by its name; nothing is sent. The name of a pool inside another one holds a slash: <c>customers/acme</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Pool this[string id]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(id);
            return new Pool(_client, id);
        }
    }

    /// <summary>Lists the pools the user may see, without their members.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /pools</c>. Needs <c>Pool.Audit</c> on <c>/pool/{poolid}</c>.</remarks>
    public async Task<IReadOnlyList<PoolInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        Read(await _client.Api.Pools.ListAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<PoolInfo> List(CancellationToken cancellationToken = default) => Read(_client.Api.Pools.List(cancellationToken: cancellationToken).Data);

    /// <summary>Creates an empty pool. The pool it is inside of must exist.</summary>
    /// <param name="id">The name of the pool.</param>
    /// <param name="comment">Free text; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new pool.</returns>
    /// <exception cref="ProxmoxConflictException">There is such a pool.</exception>
    /// <remarks><c>POST /pools</c>. Needs <c>Pool.Allocate</c> on <c>/pool/{poolid}</c>.</remarks>
    public async Task<Pool> CreateAsync(string id, string? comment = null, CancellationToken cancellationToken = default)
    {
        Pool pool = this[id];
        await _client.Api.Pools.CreateAsync(new PoolsCreateRequest { PoolId = id, Comment = comment }, cancellationToken: cancellationToken).ConfigureAwait(false);
        return pool;
    }

    /// <inheritdoc cref="CreateAsync"/>
    public Pool Create(string id, string? comment = null, CancellationToken cancellationToken = default)
    {
        Pool pool = this[id];
        _client.Api.Pools.Create(new PoolsCreateRequest { PoolId = id, Comment = comment }, cancellationToken: cancellationToken);
        return pool;
    }

    private static IReadOnlyList<PoolInfo> Read(IReadOnlyList<PoolsItem> items) => [.. items.Select(static item => new PoolInfo(item))];
}
