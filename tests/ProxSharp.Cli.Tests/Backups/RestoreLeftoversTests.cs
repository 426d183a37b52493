using ProxSharp.Backup.Files;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>What a restore tells that the file system broke off.</summary>
public sealed class RestoreLeftoversTests
{
    [Fact]
    public async Task Told_TreeFindsNoRoom_SaysWhatThereIsAndHowToGoOn()
    {
        using CliHarness cli = new();
        cli.MakeTree();
        string path = Path.Combine(cli.Home, "tree");
        FileTreeException full = new(FileTreeFault.Full, $"{path}/etc/big", $"Unable to write \"{path}/etc/big\": no space left on device.");

        CliException told = await Assert.ThrowsAsync<CliException>(() => RestoreLeftovers.ToldAsync(path, () => throw full));

        Assert.Equal(full.Message, told.Error.Message);
        Assert.StartsWith("Make room there", told.Error.Hint, StringComparison.Ordinal);
        Assert.EndsWith($"What was restored so far is in {path}: the same command with --resume goes on from there.", told.Error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_NoRoomForTheFirstFile_DoesNotSpeakOfWhatWasRestored()
    {
        using CliHarness cli = new();
        string path = Path.Combine(cli.Home, "tree");
        Directory.CreateDirectory(path);
        await File.WriteAllTextAsync(Path.Combine(path, ".proxsharp-resume-0123456789abcdef"), "x", TestContext.Current.CancellationToken);
        FileTreeException full = new(FileTreeFault.Full, $"{path}/big", $"Unable to write \"{path}/big\": no space left on device.");

        FileTreeException told = await Assert.ThrowsAsync<FileTreeException>(() => RestoreLeftovers.ToldAsync(path, () => throw full));

        Assert.Same(full, told);
    }

    [Fact]
    public async Task Told_TreeIsDenied_SaysWhoseRightsAreMissingBeforeItGoesOn()
    {
        using CliHarness cli = new();
        cli.MakeTree();
        string path = Path.Combine(cli.Home, "tree");
        FileTreeException denied = new(FileTreeFault.Denied, $"{path}/etc/x", $"Unable to replace \"{path}/etc/x\": permission denied.");

        CliException told = await Assert.ThrowsAsync<CliException>(() => RestoreLeftovers.ToldAsync(path, () => throw denied));

        Assert.Equal(
            $"What was restored so far is in {path}. Get the right to change {path}/etc/x and the directory that it is in, or restore as a user who has it: "
                + "then the same command with --resume goes on from there.",
            told.Error.Hint);
    }

    [Theory]
    [InlineData(null, "2 entries would be refused")]
    [InlineData("Make room.", "Make room. 2 entries would be refused")]
    public void Advise_WithAndWithoutAHint_IsAWholeSentence(string? hint, string expected)
    {
        CliError error = new() { Code = "file", ExitCode = ExitCodes.Error, Message = "Unable to open it: permission denied.", Hint = hint };

        Assert.Equal(expected, error.Advise("2 entries would be refused").Hint);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(502)]
    public async Task Told_ServerRefusesInTheMiddle_SaysHowToGoOn(int status)
    {
        using CliHarness cli = new();
        cli.MakeTree();
        string path = Path.Combine(cli.Home, "tree");
        ProxmoxApiException refusal = status == 403
            ? new ProxmoxPermissionException("Unable to fetch a chunk on pbs1: no.") { StatusCode = System.Net.HttpStatusCode.Forbidden }
            : new ProxmoxApiException("Unable to fetch a chunk on pbs1: Bad Gateway.") { StatusCode = System.Net.HttpStatusCode.BadGateway };

        CliException told = await Assert.ThrowsAsync<CliException>(() => RestoreLeftovers.ToldAsync(path, () => throw refusal));

        Assert.Equal(status, told.Error.Status);
        Assert.EndsWith($"What was restored so far is in {path}: the same command with --resume goes on from there.", told.Error.Hint, StringComparison.Ordinal);
    }
}
