using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs;

/// <summary>Tape drives, changers, media, and backups on tape.</summary>
public sealed class Tape
{
    private readonly PbsClient _client;

    internal Tape(PbsClient client) => _client = client;

    /// <summary>The tape drives.</summary>
    public TapeDrives Drives => new(_client);

    /// <summary>The tape changers.</summary>
    public TapeChangers Changers => new(_client);

    /// <summary>The known tapes, and what is on them.</summary>
    public TapeMedia Media => new(_client);

    /// <summary>The pools that tapes belong to.</summary>
    public TapeMediaPools MediaPools => new(_client);

    /// <summary>The jobs that write backups to tape.</summary>
    public TapeJobs Jobs => new(_client);

    /// <summary>The keys that backups on tape are encrypted with.</summary>
    public TapeEncryptionKeys EncryptionKeys => new(_client);

    /// <summary>Writes the snapshots of a datastore to tape, once.</summary>
    /// <param name="request">Datastore, drive and pool.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST /tape/backup</c>. Needs <c>Tape.Write</c> on the drive and the pool, and <c>Datastore.Read</c> on the datastore. Starts a task.
    /// </remarks>
    public Task<PbsTask> BackupAsync(TapeBackupRunRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.StartedAsync(_client.Api.Tape.Backup.RunAsync(request, cancellationToken: cancellationToken));

    /// <inheritdoc cref="BackupAsync"/>
    public PbsTask Backup(TapeBackupRunRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.Started(_client.Api.Tape.Backup.Run(request, cancellationToken: cancellationToken));

    /// <summary>Restores a media set, or chosen snapshots of it, to datastores.</summary>
    /// <param name="request">Drive, media set and datastores.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST /tape/restore</c>. Needs <c>Tape.Read</c> on the drive, and <c>Datastore.Backup</c> on the datastores. Starts a task.
    /// </remarks>
    public Task<PbsTask> RestoreAsync(TapeRestoreRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.StartedAsync(_client.Api.Tape.RestoreAsync(request, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RestoreAsync"/>
    public PbsTask Restore(TapeRestoreRequest request, CancellationToken cancellationToken = default) =>
        _client.Tasks.Started(_client.Api.Tape.Restore(request, cancellationToken: cancellationToken));
}
