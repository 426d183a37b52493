using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;
using ProxSharp.Tasks;

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
    /// <exception cref="ProxmoxConflictException">There is a datastore of that name.</exception>
    /// <remarks><c>POST /config/datastore</c>. Needs <c>Datastore.Allocate</c> on <c>/datastore</c>. Starts a task.</remarks>
    public Task<PbsTask> CreateAsync(ConfigDatastoreCreateRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.StartedAsync(_client.Api.Config.Datastore.CreateAsync(request, cancellationToken: cancellationToken));

    /// <summary>Creates a datastore and waits until it can be used.</summary>
    /// <param name="request">Name, path and settings.</param>
    /// <param name="wait">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on unless the options say otherwise.</param>
    /// <returns>The handle of the new datastore.</returns>
    /// <exception cref="ProxmoxConflictException">There is a datastore of that name.</exception>
    /// <exception cref="ProxmoxTaskFailedException">The datastore could not be made, for example because its path cannot be written.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <remarks><c>POST /config/datastore</c> and its task. Needs <c>Datastore.Allocate</c> on <c>/datastore</c>.</remarks>
    public async Task<Datastore> CreateAndWaitAsync(
        ConfigDatastoreCreateRequest request, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default)
    {
        PbsTask task = await CreateAsync(request, cancellationToken).ConfigureAwait(false);
        await task.WaitForCompletionAsync(wait, cancellationToken).ConfigureAwait(false);
        return this[request.Name];
    }

    /// <inheritdoc cref="CreateAndWaitAsync"/>
    public Datastore CreateAndWait(ConfigDatastoreCreateRequest request, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default)
    {
        Create(request, cancellationToken).WaitForCompletion(wait, cancellationToken);
        return this[request.Name];
    }

    /// <inheritdoc cref="CreateAsync"/>
    public PbsTask Create(ConfigDatastoreCreateRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.Started(_client.Api.Config.Datastore.Create(request, cancellationToken: cancellationToken));
}
