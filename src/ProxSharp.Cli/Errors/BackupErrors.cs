using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats;

namespace ProxSharp.Cli.Errors;

/// <summary>Errors of backups and restores.</summary>
internal static class BackupErrors
{
    /// <summary>Maps an exception; null if it is none of these.</summary>
    public static CliError? TryMap(Exception exception) => exception switch
    {
        BackupKeyException key => Make(
            "key", ExitCodes.Authentication, key, "Give the key the backup was made with (--keyfile FILE) and its passphrase (PBS_ENCRYPTION_PASSWORD)."),
        BackupSignatureException signature => Make(
            "signature",
            ExitCodes.Error,
            signature,
            signature.IsMissing
                ? "Take another snapshot. With --allow-unsigned, and without --require-signature, it is read all the same, whatever it holds now."
                : "Somebody changed it on the server. Take another snapshot."),
        SnapshotFileNotFoundException missing => Make("not_found", ExitCodes.NotFound, missing, "See what there is: prox backup ls SNAPSHOT [ARCHIVE]"),
        BackupSourceException { IsMissing: true } gone => Make("not_found", ExitCodes.NotFound, gone, "No snapshot was made. Check the path."),
        BackupSourceException { InnerException: FileTreeException { Fault: FileTreeFault.Exhausted } } exhausted => Make(
            "source", ExitCodes.Error, exhausted, "No snapshot was made. Allow more open files (ulimit -n): each directory on the way down takes one."),
        BackupSourceException { IsTooLarge: true } large => Make(
            "source", ExitCodes.Error, large, "No snapshot was made. Store it in chunks: as an image (NAME.img:PATH), or with its directory (NAME.pxar:DIRECTORY)."),
        BackupSourceException { HasTooManyEntries: true } many => Make("source", ExitCodes.Error, many, "No snapshot was made. The limit is --entries-max."),
        BackupSourceException source => Make("source", ExitCodes.Error, source, "No snapshot was made. Check the path and who may read it."),
        BackupSessionLostException { InnerException: ProxmoxApiException refusal } lost => ErrorMapper.Map(refusal) is var error
            ? error.Advise(Advice(lost)) with { Message = lost.Message, IsRetryable = lost.IsTransient }
            : null,
        BackupSessionLostException lost => Make("connection", ExitCodes.Connection, lost, Advice(lost)) with { IsRetryable = lost.IsTransient },
        FileTreeException { Fault: FileTreeFault.Exists } exists => Make(
            "conflict", ExitCodes.Conflict, exists,
            "Restore into an empty directory, or say what to do with what exists: --existing overwrite, skip, same-time or same-content"),
        FileTreeException { Fault: FileTreeFault.Full } full => Make("file", ExitCodes.Error, full, "Make room there, or restore to another place."),
        FileTreeException { Fault: FileTreeFault.OtherKind } other => Make(
            "conflict", ExitCodes.Conflict, other,
            "No restore follows a link, replaces a directory by anything else, or a link by a directory: move it away, leave the entry out (--pattern '/*' "
            + "--pattern '!/PATH'), or restore to another place."),
        FileTreeException tree => Make("file", ExitCodes.Error, tree, null),
        _ => null,
    };

    private static string Advice(BackupSessionLostException lost) =>
        lost.OutcomeUnknown ? "See what there is: prox backup list"
        : lost.NotSaved.Count > 0 ? $"Not saved: {string.Join(", ", lost.NotSaved)}"
        : "Run it again.";

    private static CliError Make(string code, int exitCode, Exception exception, string? hint) =>
        new() { Code = code, ExitCode = exitCode, Message = exception.Message, Hint = hint };
}
