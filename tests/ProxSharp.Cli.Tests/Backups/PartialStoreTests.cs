using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Directories of datastores of which a part cannot be read: the rest is listed, and what is missing is named.</summary>
public sealed class PartialStoreTests
{
    private const string Store = "--store-directory store";
    private const string First = "host/a/2026-02-01T00:00:00Z";
    private const string Second = "host/a/2026-02-02T00:00:00Z";
    private const string Other = "host/b/2026-02-01T00:00:00Z";

    [Fact]
    public async Task List_FolderThatCannotBeLookedInto_HidesNoOther()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Links that lead to no end are told on Linux.");
        using CliHarness cli = Make();
        File.CreateSymbolicLink(Path.Combine(cli.Home, "store", "vm"), "vm");
        Directory.CreateDirectory(Path.Combine(cli.Home, "store", "lost+found", "x", "2026-02-01T00:00:00Z"));

        CliRun groups = await cli.LineAsync($"backup list -o name {Store}");
        CliRun snapshots = await cli.LineAsync($"backup snapshots -o name {Store}");
        CliRun verified = await cli.LineAsync($"backup verify {Store}");

        Assert.Equal((1, "host/a\nhost/b\n"), (groups.ExitCode, groups.Output));
        Assert.Equal((1, $"{First}\n{Second}\n{Other}\n"), (snapshots.ExitCode, snapshots.Output));
        Assert.All(
            [groups, snapshots, verified],
            run => Assert.Contains($"warning: {Path.Combine(cli.Home, "store", "vm")} cannot be opened: ", run.Errors, StringComparison.Ordinal));
        verified.FailedWithCode(1);
        Assert.Contains("3 snapshots: all is right; 1 folder could not be looked into", verified.Errors, StringComparison.Ordinal);
        (await cli.LineAsync($"backup list host/a {Store}")).Succeeded();
        (await cli.LineAsync($"backup ls host/a {Store}")).Succeeded();
        Assert.Contains(Path.Combine("store", "vm", "100"), (await cli.LineAsync($"backup ls vm/100 {Store}")).FailedWith(1), StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task List_GroupThatMayNotBeRead_HidesNoOther()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root may do everything.");
        using CliHarness cli = Make();
        string closed = Path.Combine(cli.Home, "store", "host", "a");
        File.SetUnixFileMode(closed, UnixFileMode.None);
        try
        {
            CliRun groups = await cli.LineAsync($"backup list -o name {Store}");

            Assert.Equal((1, "host/b\n"), (groups.ExitCode, groups.Output));
            Assert.Contains($"warning: {closed} cannot be opened: permission denied", groups.Errors, StringComparison.Ordinal);
            (await cli.LineAsync($"backup ls host/b {Store}")).Succeeded();
            Assert.Contains(closed, (await cli.LineAsync($"backup ls host/a {Store}")).FailedWith(1), StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Theory]
    [InlineData(null, "there is no such file")]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("somebody\n", "names no user and no token")]
    [InlineData("\u00FF\u00FEr\0o\0o\0t\0@\0p\0a\0m\0", "names no user and no token")]
    [InlineData("\u00EF\u00BB\u00BFroot@pam\n", "names no user and no token")]
    [InlineData("/", "owner is a directory, and not a file")]
    public async Task List_OwnerThatIsNone_IsUnknownAndTold(string? content, string reason)
    {
        using CliHarness cli = Make();
        string owner = Path.Combine(cli.Home, "store", "host", "a", "owner");
        File.Delete(owner);
        if (content == "/")
        {
            Directory.CreateDirectory(owner);
        }
        else if (content is not null)
        {
            await File.WriteAllBytesAsync(owner, Encoding.Latin1.GetBytes(content), TestContext.Current.CancellationToken);
        }

        CliRun run = await cli.LineAsync($"backup list -o json {Store}");
        CliRun snapshots = await cli.LineAsync($"backup list host/a -o json {Store}");

        run.FailedWithCode(1);
        JsonElement[] groups = Rows(run);
        Assert.Equal(JsonValueKind.Null, groups[0].GetProperty("owner").ValueKind);
        Assert.Equal("backup@pbs!job", groups[1].GetProperty("owner").GetString());
        Assert.Contains($"The owner of host/a is not known: {owner} ", run.Errors, StringComparison.Ordinal);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
        snapshots.FailedWithCode(1);
        Assert.Equal(2, Rows(snapshots).Length);
        Assert.Single(snapshots.Errors.Split('\n'), static line => line.Contains("The owner of host/a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_NewestIsDamaged_IsListedAndTold()
    {
        using CliHarness cli = Make();
        string manifest = Path.Combine(cli.Home, "store", Second, "index.json.blob");
        await File.WriteAllBytesAsync(manifest, File.ReadAllBytes(manifest)[..^3], TestContext.Current.CancellationToken);

        CliRun groups = await cli.LineAsync($"backup list -o name {Store}");
        CliRun snapshots = await cli.LineAsync($"backup list host/a -o json {Store}");

        Assert.Equal((1, "host/a\nhost/b\n"), (groups.ExitCode, groups.Output));
        Assert.Contains($"warning: {Second} is there, but cannot be read: ", groups.Errors, StringComparison.Ordinal);
        Assert.Contains($"give {First} instead", groups.Errors, StringComparison.Ordinal);
        snapshots.FailedWithCode(1);
        JsonElement[] rows = Rows(snapshots);
        Assert.Equal([First, Second], rows.Select(static row => row.GetProperty("snapshot").GetString()));
        Assert.Equal([true, false], rows.Select(static row => row.TryGetProperty("size", out _)));
    }

    private static JsonElement[] Rows(CliRun run) => [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("data").EnumerateArray()];

    private static CliHarness Make()
    {
        CliHarness cli = new();
        string store = Path.Combine(cli.Home, "store");
        foreach (string snapshot in (string[])[First, Second, Other])
        {
            MadeStore.Write(store, snapshot, ("data.didx", [1, 2, 3]));
        }

        cli.Write("store/host/a/owner", "root@pam\n");
        cli.Write("store/host/b/owner", "backup@pbs!job\n");
        return cli;
    }
}
