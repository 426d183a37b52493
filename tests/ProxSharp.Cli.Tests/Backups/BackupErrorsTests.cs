using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Tests.Backups;

public sealed class BackupErrorsTests
{
    [Fact]
    public void TryMap_LostBackup_ListsWhatIsNotSavedAndSaysNothingTwice()
    {
        const string Message = "The connection broke. Nothing of host/a/2026-01-01T00:00:00Z was saved (5 bytes had been read): make the whole backup again.";
        CliError error = BackupErrors.TryMap(new BackupSessionLostException(Message) { NotSaved = ["d.img.fidx", "b.conf.blob"] })!;
        Assert.Equal((Message, "Not saved: d.img.fidx, b.conf.blob", true), (error.Message, error.Hint, error.IsRetryable));
    }

    [Fact]
    public void TryMap_OutcomeUnknown_SaysToLookAndNotToRepeat()
    {
        BackupSessionLostException lost = new("The connection broke.") { NotSaved = ["d.img.fidx"], OutcomeUnknown = true };
        CliError error = BackupErrors.TryMap(lost)!;
        Assert.Equal(("See what there is: prox backup list", false), (error.Hint, error.IsRetryable));
    }

    [Fact]
    public void TryMap_BackupThatTheServerRefused_HasTheCodeOfTheRefusal()
    {
        ProxmoxPermissionException refusal = new("Unable to store a.blob on pbs1: permission denied.");
        BackupSessionLostException lost = new("Unable to store a.blob on pbs1: permission denied. Nothing of host/a was saved.", refusal) { NotSaved = ["a.blob"] };

        CliError error = BackupErrors.TryMap(lost)!;

        Assert.Equal((ErrorMapper.Map(refusal).ExitCode, lost.Message, false), (error.ExitCode, error.Message, error.IsRetryable));
        Assert.EndsWith("Not saved: a.blob", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void TryMap_NoMoreFileHandles_SaysHowToGetMore()
    {
        FileTreeException cause = new(FileTreeFault.Exhausted, "/a/b", "/a/b: Unable to list an entry: too many open files.");
        CliError error = BackupErrors.TryMap(new BackupSourceException($"Unable to back up root.pxar.didx: {cause.Message}", cause))!;
        Assert.Contains("/a/b: Unable to list", error.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void TryMap_LostReader_MayBeRunAgain()
    {
        CliError error = BackupErrors.TryMap(new BackupSessionLostException("The connection broke."))!;
        Assert.Equal(("Run it again.", true), (error.Hint, error.IsRetryable));
    }

    [Fact]
    public void TryMap_DirectoryInTheWay_SaysToMoveItAwayOrToLeaveTheEntryOut()
    {
        CliError error = BackupErrors.TryMap(new FileTreeException(FileTreeFault.OtherKind, "a", "\"a\" is a directory, which is not replaced by anything else."))!;
        Assert.Equal(("conflict", ExitCodes.Conflict), (error.Code, error.ExitCode));
        Assert.Contains("--pattern '!/PATH'", error.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("--existing", error.Hint, StringComparison.Ordinal);
    }
}
