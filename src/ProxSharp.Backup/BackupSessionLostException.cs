namespace ProxSharp.Backup;

/// <summary>
/// The connection of a backup or reader session broke, or the server gave a request up, refused it, or answered what no backup can go on with. The server drops a backup
/// whose connection ends before it is finished: nothing of it was saved, and <see cref="NotSaved"/> says what that concerns. Make the whole backup again; only
/// if <see cref="OutcomeUnknown"/> is set, look first whether it is there.
/// </summary>
public sealed class BackupSessionLostException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What broke the connection.</param>
    public BackupSessionLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// True if the connection broke after the server was asked to finish the backup, and before its answer: the snapshot may be saved. Default: false.
    /// </summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>
    /// The archives of the backup that was lost; empty for a reader session, which has nothing to save. If <see cref="OutcomeUnknown"/> is set, either all of
    /// them are saved or none.
    /// </summary>
    public IReadOnlyList<string> NotSaved { get; init; } = [];

    /// <summary>The archive that was at work when the connection broke; null if there was none.</summary>
    public string? Archive { get; init; }

    /// <summary>How many bytes of the sources had been read, over all archives.</summary>
    public long BytesRead { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => !OutcomeUnknown && InnerException is not ProxmoxApiException { IsTransient: false };
}
