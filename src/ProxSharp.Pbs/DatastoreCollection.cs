using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The datastores of the server.</summary>
public sealed class DatastoreCollection
{
    private readonly PbsClient _client;

    internal DatastoreCollection(PbsClient client) => _client = client;

    /// <summary>A datastore by its name; nothing is sent.</summary>
    public Datastore this[DatastoreName name] => new(_client, name);

    /// <summary>A datastore by its name; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no name of a datastore.</exception>
    public Datastore this[string name] => new(_client, DatastoreName.Parse(name, null));

    /// <summary>Lists the datastores that the caller may see.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET /admin/datastore</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>; others are left out.
    /// </remarks>
    public Task<IReadOnlyList<AdminDatastoreItem>> ListAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Admin.Datastore.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<AdminDatastoreItem> List(CancellationToken cancellationToken = default) =>
        _client.Api.Admin.Datastore.List(cancellationToken: cancellationToken).Data;

    /// <summary>Lists the datastores with their size and use, the use of the last month, and when each will be full at that rate.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET /status/datastore-usage</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.Backup</c> on <c>/datastore/{store}</c>; others are left out.
    /// </remarks>
    public Task<IReadOnlyList<StatusDatastoreUsageItem>> ListUsageAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Status.ListDatastoreUsageAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListUsageAsync"/>
    public IReadOnlyList<StatusDatastoreUsageItem> ListUsage(CancellationToken cancellationToken = default) =>
        _client.Api.Status.ListDatastoreUsage(cancellationToken: cancellationToken).Data;

    /// <summary>Lists how the datastores are configured.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /config/datastore</c>. Needs <c>Datastore.Audit</c> on <c>/datastore/{name}</c>; others are left out.</remarks>
    public Task<IReadOnlyList<ConfigDatastoreItem>> ListConfigsAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Config.Datastore.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListConfigsAsync"/>
    public IReadOnlyList<ConfigDatastoreItem> ListConfigs(CancellationToken cancellationToken = default) =>
        _client.Api.Config.Datastore.List(cancellationToken: cancellationToken).Data;

    /// <summary>Lists the states of garbage collection of all datastores.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/gc</c>. Datastores that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<AdminDatastoreGcResult>> ListGarbageCollectionsAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Admin.Gc.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListGarbageCollectionsAsync"/>
    public IReadOnlyList<AdminDatastoreGcResult> ListGarbageCollections(CancellationToken cancellationToken = default) =>
        _client.Api.Admin.Gc.List(cancellationToken: cancellationToken).Data;

    /// <summary>Creates a datastore.</summary>
    /// <param name="request">Name, path and settings.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST /config/datastore</c>. Needs <c>Datastore.Allocate</c> on <c>/datastore</c>. Starts a task.</remarks>
    public Task<PbsTask> CreateAsync(ConfigDatastoreCreateRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.StartedAsync(_client.Api.Config.Datastore.CreateAsync(request, cancellationToken: cancellationToken));

    /// <inheritdoc cref="CreateAsync"/>
    public PbsTask Create(ConfigDatastoreCreateRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.Started(_client.Api.Config.Datastore.Create(request, cancellationToken: cancellationToken));
}
