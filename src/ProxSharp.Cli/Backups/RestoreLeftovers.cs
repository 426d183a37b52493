using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>What a restore leaves behind that did not end well, and how to go on with it.</summary>
internal static class RestoreLeftovers
{
    private const string GoOn = "the same command with --resume goes on from there";

    // What the library says where a file exists that it may not change.
    private const int FileExists = unchecked((int)0x80070050);

    // What it says where something has the name of the part that is none.
    private const int CannotMake = unchecked((int)0x80070052);

    /// <summary>Restores a file; an error tells what there is of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is restored.</param>
    /// <param name="restore">Restores it.</param>
    public static async Task<RestoreFileResult> ToldAsync(string path, RestoreFileOptions options, Func<Task<RestoreFileResult>> restore)
    {
        try
        {
            return await restore().ConfigureAwait(false);
        }
        catch (IOException refused) when (refused.HResult == FileExists)
        {
            throw Conflict(path, options, refused);
        }
        catch (Exception failure) when (!IsToldElsewhere(failure) && FindPartial(path) is { } partial)
        {
            throw WithHint(failure, $"{TextCells.Visible(partial)} holds what was restored so far: {GoOn}.");
        }
        catch (Exception failure) when (failure is BackupSessionLostException or ProxmoxConnectionException && IsDevice(path))
        {
            throw WithHint(failure, $"The device {TextCells.Visible(path)} holds what was restored so far: {GoOn}.");
        }
    }

    /// <summary>Restores a directory tree; when it is broken off, the error tells what there is of it.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="restore">Restores it.</param>
    public static async Task<TreeExtractResult> ToldAsync(string path, Func<Task<TreeExtractResult>> restore)
    {
        try
        {
            return await restore().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupSessionLostException or ProxmoxConnectionException && HoldsSomething(path))
        {
            throw new CliException(ErrorMapper.Map(failure) with { Hint = $"What was restored so far is in {TextCells.Visible(path)}: {GoOn}." }, failure);
        }
        catch (FileTreeException refused) when (refused.Fault is FileTreeFault.Exists or FileTreeFault.OtherKind && refused.Path != path)
        {
            // What comes before it in the archive is there; how it goes on depends on what is done about it.
            throw WithHint(refused, $"What comes before it in the archive was restored into {TextCells.Visible(path)} already.");
        }
        catch (FileTreeException denied) when (denied.Fault == FileTreeFault.Denied && denied.Path != path && HoldsSomething(path))
        {
            // As it is, the next attempt ends there as well.
            throw WithHint(denied, $"What was restored so far is in {TextCells.Visible(path)}. Get the right to change {TextCells.Visible(denied.Path)} "
                + $"and the directory that it is in, or restore as a user who has it: then {GoOn}.");
        }
        catch (Exception refused) when (refused is ProxmoxApiException or FileTreeException { Fault: FileTreeFault.Full }
            && (refused as FileTreeException)?.Path != path && HoldsSomething(path))
        {
            throw WithHint(refused, $"What was restored so far is in {TextCells.Visible(path)}: {GoOn}.");
        }
    }

    /// <summary>Says what damage has left of a file; null if that is nothing.</summary>
    public static string? AfterDamage(VerbRun run, string target) => FindPartial(run.Command.Services.Environment.AbsolutePath(target)) is { } partial
        ? $"{TextCells.Visible(partial)} holds what was restored so far: {GoOn} when the chunk is back, and with another snapshot it "
            + "keeps what is equal."
        : null;

    /// <summary>Tells on standard error what an interrupted restore has left, and how to go on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="target">What was typed.</param>
    /// <param name="began">Whether anything was begun.</param>
    public static void TellInterrupted(VerbRun run, string target, bool began)
    {
        string path = target == "-" ? target : run.Command.Services.Environment.AbsolutePath(target);
        string text = !began ? "nothing was restored"
            : target == "-" ? "what was written is not all of it"
            : Directory.Exists(path) ? HoldsSomething(path) ? $"what was restored so far is in {TextCells.Visible(path)}, and {GoOn}" : "nothing was restored"
            : FindPartial(path) is { } partial ? $"{TextCells.Visible(partial)} holds what was restored so far, and {GoOn}"
            : IsDevice(path) ? $"the device {TextCells.Visible(path)} holds what was restored so far, and {GoOn}"
            : !File.Exists(path) ? "nothing was restored"
            : $"nothing was restored, and {TextCells.Visible(path)} is as it was";
        run.Command.TellInterrupted(new InterruptedNote($"Interrupted: {text}"));
    }

    // About damage and interruptions there is more to tell.
    private static bool IsToldElsewhere(Exception failure) =>
        failure is OperationCanceledException or ProxmoxProtocolException or MissingChunkException or IOException { HResult: CannotMake };

    private static CliException WithHint(Exception failure, string left)
    {
        CliError error = ErrorMapper.Map(failure);
        return new(failure is BackupSessionLostException ? error with { Hint = left } : error.Advise(left), failure);
    }

    private static CliException Conflict(string path, RestoreFileOptions options, IOException refused)
    {
        bool isPart = FindPartial(path) is not null;
        string hint = isPart && File.Exists(path)
            ? "Name another file, or add --overwrite --resume to go on with the restore that was broken off, which replaces this file; --overwrite alone "
                + "starts anew"
            : isPart ? "Add --resume to go on with it, or --overwrite to start anew without it"
            : options.Resume ? "Name another file, or add --overwrite to make it what the snapshot has"
            : IsDevice(path) ? "Add --overwrite to write over the device"
            : "Name another file, or add --overwrite";
        return new(
            new CliError { Code = "conflict", ExitCode = ExitCodes.Conflict, Message = TextCells.Visible(refused.Message.TrimEnd('.')), Hint = hint }, refused);
    }

    /// <summary>The file in which an image comes into being; null if there is none, or something else has its name.</summary>
    private static string? FindPartial(string path)
    {
        FileInfo partial = new(SnapshotReader.GetPartialPath(path));
        return partial.Exists && partial.LinkTarget is null ? partial.FullName : null;
    }

    private static bool HoldsSomething(string path) => Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(static entry => !SnapshotReader.IsResumeJournal(Path.GetFileName(entry)));

    private static bool IsDevice(string path)
    {
        string place = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        return place.StartsWith(@"\\.\", StringComparison.Ordinal)
            || (place.StartsWith("/dev/", StringComparison.Ordinal) && !place.StartsWith("/dev/shm/", StringComparison.Ordinal) && File.Exists(place));
    }
}
