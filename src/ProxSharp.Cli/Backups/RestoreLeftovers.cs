using ProxSharp.Backup;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>What a restore leaves behind that did not end well, and how to go on with it.</summary>
internal static class RestoreLeftovers
{
    private const string GoOn = "the same command with --resume goes on from there";

    /// <summary>Restores a file; an error tells what there is of it.</summary>
    public static async Task<RestoreFileResult> ToldAsync(string path, Func<Task<RestoreFileResult>> restore)
    {
        try
        {
            return await restore().ConfigureAwait(false);
        }
        catch (Exception failure) when (!IsToldElsewhere(failure) && FindPartial(path) is { } partial)
        {
            CliError error = ErrorMapper.Map(failure);
            string left = $"{TextCells.Visible(partial)} holds what was restored so far: {GoOn}.";
            throw new CliException(error with { Hint = error.Hint is { } hint ? $"{hint.TrimEnd('.')}. {left}" : left }, failure);
        }
    }

    /// <summary>Says what damage has left of a file; null if that is nothing.</summary>
    public static string? AfterDamage(VerbRun run, string target) => FindPartial(run.Command.Services.Environment.AbsolutePath(target)) is { } partial
        ? $"{TextCells.Visible(partial)} holds what was restored so far: --resume goes on from there when the chunk is back, and with another snapshot it "
            + "keeps what is equal."
        : null;

    /// <summary>Tells on standard error what an interrupted restore has left, and how to go on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="target">What was typed.</param>
    /// <param name="isTree">Whether a directory tree is restored; null if nothing was begun.</param>
    public static void TellInterrupted(VerbRun run, string target, bool? isTree)
    {
        string path = target == "-" ? target : run.Command.Services.Environment.AbsolutePath(target);
        string text = (isTree, FindPartial(path)) switch
        {
            (null, _) => "nothing was restored",
            _ when target == "-" => "what was written is not all of it",
            (true, _) => $"what was restored so far is in {TextCells.Visible(path)}, and {GoOn}",
            (_, { } partial) => $"{TextCells.Visible(partial)} holds what was restored so far, and {GoOn}",
            _ when File.Exists(path) => $"a device holds what was restored so far, and {GoOn}; a file is as it was",
            _ => "nothing was restored",
        };
        run.Command.Services.Console.Error.WriteLine($"Interrupted: {text}.");
    }

    // About damage and interruptions there is more to tell.
    private static bool IsToldElsewhere(Exception failure) =>
        failure is OperationCanceledException or ProxmoxProtocolException or MissingChunkException;

    private static string? FindPartial(string path)
    {
        string partial = SnapshotReader.GetPartialPath(path);
        return File.Exists(partial) ? partial : null;
    }
}
