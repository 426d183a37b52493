using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The jobs that remove old backups.</summary>
public sealed partial class PruneJobs
{
    internal PruneJobs(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the prune jobs with their last and next run.</summary>
    /// <param name="datastore">Only those of this datastore; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/prune</c>. Jobs that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<AdminPruneItem>> ListStatesAsync(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.Prune.ListAsync(States(datastore), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<AdminPruneItem> ListStates(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.Prune.List(States(datastore), cancellationToken: cancellationToken).Data;

    /// <summary>Runs a prune job now, enabled or not.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such job.</exception>
    /// <exception cref="ProxmoxConflictException">The job runs already.</exception>
    /// <remarks><c>POST /admin/prune/{id}/run</c>. Needs <c>Datastore.Modify</c> on the datastore or namespace of the job. Starts a task.</remarks>
    public Task<PbsTask> RunNowAsync(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.Admin.Prune.RunAsync(id, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RunNowAsync"/>
    public PbsTask RunNow(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Admin.Prune.Run(id, cancellationToken: cancellationToken));

    private static AdminPruneListRequest? States(DatastoreName? datastore) => datastore is { } name ? new() { Store = name.Value } : null;
}
