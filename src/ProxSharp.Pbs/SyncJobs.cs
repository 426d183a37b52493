using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The jobs that copy backups to or from other servers or datastores.</summary>
public sealed partial class SyncJobs
{
    internal SyncJobs(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the sync jobs with their last and next run.</summary>
    /// <param name="datastore">Only those of this datastore; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/sync</c>. Jobs that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<AdminSyncItem>> ListStatesAsync(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.Sync.ListAsync(States(datastore), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<AdminSyncItem> ListStates(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.Sync.List(States(datastore), cancellationToken: cancellationToken).Data;

    /// <summary>Runs a sync job now, enabled or not.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such job.</exception>
    /// <exception cref="ProxmoxConflictException">The job runs already.</exception>
    /// <remarks>
    /// <c>POST /admin/sync/{id}/run</c>. Needs what <see cref="Datastore.PullAsync"/> or <see cref="Datastore.PushAsync"/> need for what the job
    /// copies. Starts a task.
    /// </remarks>
    public Task<PbsTask> RunNowAsync(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.Admin.Sync.RunAsync(id, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RunNowAsync"/>
    public PbsTask RunNow(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Admin.Sync.Run(id, cancellationToken: cancellationToken));

    private static AdminSyncListRequest? States(DatastoreName? datastore) => datastore is { } name ? new() { Store = name.Value } : null;
}
