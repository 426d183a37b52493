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
