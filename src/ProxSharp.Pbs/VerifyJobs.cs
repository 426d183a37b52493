using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The jobs that check backups against their checksums.</summary>
public sealed partial class VerifyJobs
{
    internal VerifyJobs(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the verification jobs with their last and next run.</summary>
    /// <param name="datastore">Only those of this datastore; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /admin/verify</c>. Jobs that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<AdminVerifyItem>> ListStatesAsync(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.Verify.ListAsync(States(datastore), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<AdminVerifyItem> ListStates(DatastoreName? datastore = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.Verify.List(States(datastore), cancellationToken: cancellationToken).Data;

    /// <summary>Runs a verification job now, enabled or not.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such job.</exception>
    /// <exception cref="ProxmoxConflictException">The job runs already.</exception>
    /// <remarks><c>POST /admin/verify/{id}/run</c>. Needs <c>Datastore.Verify</c> on the datastore or namespace of the job. Starts a task.</remarks>
    public Task<PbsTask> RunNowAsync(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.Admin.Verify.RunAsync(id, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RunNowAsync"/>
    public PbsTask RunNow(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Admin.Verify.Run(id, cancellationToken: cancellationToken));

    private static AdminVerifyListRequest? States(DatastoreName? datastore) => datastore is { } name ? new() { Store = name.Value } : null;
}
