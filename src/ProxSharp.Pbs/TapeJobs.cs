using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The jobs that write backups to tape.</summary>
public sealed partial class TapeJobs
{
    internal TapeJobs(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Lists the jobs with their last and next run.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /tape/backup</c>. Jobs that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<TapeBackupItem>> ListStatesAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Backup.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<TapeBackupItem> ListStates(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Backup.List(cancellationToken: cancellationToken).Data;

    /// <summary>Runs a job now.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such job.</exception>
    /// <exception cref="ProxmoxConflictException">The job runs already.</exception>
    /// <remarks><c>POST /tape/backup/{id}</c>. Needs <c>Tape.Write</c> on the drive and the pool. Starts a task.</remarks>
    public Task<PbsTask> RunNowAsync(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.Tape.Backup.RunJobAsync(id, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RunNowAsync"/>
    public PbsTask RunNow(string id, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Tape.Backup.RunJob(id, cancellationToken: cancellationToken));
}
