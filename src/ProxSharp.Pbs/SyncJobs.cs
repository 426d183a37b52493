using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The jobs that copy backups to or from other servers or datastores.</summary>
public sealed partial class SyncJobs
{
    internal SyncJobs(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the sync job definitions, of both directions unless the request names one.</summary>
    /// <param name="request">Optional parameters of the call; null for the jobs of both directions.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /config/sync</c>. For every user who is logged in. The server checks more: jobs that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<ConfigSyncItem>> ListAsync(ConfigSyncListRequest? request = null, CancellationToken cancellationToken = default) =>
        BothDirectionsAsync(request?.SyncDirection is null, direction => Client.Api.Config.Sync
            .ListAsync(direction is null ? request : new() { SyncDirection = direction }, cancellationToken: cancellationToken)
            .DataAsync());

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<ConfigSyncItem> List(ConfigSyncListRequest? request = null, CancellationToken cancellationToken = default) => BothDirections(
        request?.SyncDirection is null,
        direction => Client.Api.Config.Sync.List(direction is null ? request : new() { SyncDirection = direction }, cancellationToken: cancellationToken).Data);

    /// <summary>Lists the sync jobs of both directions with their last and next run.</summary>
    /// <param name="datastore">Only those of this datastore; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/sync</c>. Jobs that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<AdminSyncItem>> ListStatesAsync(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        BothDirectionsAsync(true, direction => Client.Api.Admin.Sync.ListAsync(States(datastore, direction), cancellationToken: cancellationToken).DataAsync());

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<AdminSyncItem> ListStates(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        BothDirections(true, direction => Client.Api.Admin.Sync.List(States(datastore, direction), cancellationToken: cancellationToken).Data);

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

    private static AdminSyncListRequest? States(DatastoreName? datastore, SyncDirectionFilter? direction) =>
        datastore is null && direction is null ? null : new() { Store = datastore?.Value, SyncDirection = direction };

    // Proxmox: servers that know jobs of two directions list those that pull unless they are told otherwise; older ones refuse to be told.
    private static async Task<T> BothDirectionsAsync<T>(bool wantsBoth, Func<SyncDirectionFilter?, Task<T>> list)
    {
        if (wantsBoth)
        {
            try
            {
                return await list(SyncDirectionFilter.All).ConfigureAwait(false);
            }
            catch (ProxmoxApiException old) when (KnowsNoDirection(old))
            {
                // All that it has is listed without.
            }
        }

        return await list(null).ConfigureAwait(false);
    }

    private static T BothDirections<T>(bool wantsBoth, Func<SyncDirectionFilter?, T> list)
    {
        if (wantsBoth)
        {
            try
            {
                return list(SyncDirectionFilter.All);
            }
            catch (ProxmoxApiException old) when (KnowsNoDirection(old))
            {
                // All that it has is listed without.
            }
        }

        return list(null);
    }

    private static bool KnowsNoDirection(ProxmoxApiException refused) => refused.ParameterErrors.ContainsKey("sync-direction");
}
