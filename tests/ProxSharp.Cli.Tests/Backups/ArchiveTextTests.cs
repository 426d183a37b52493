using System.Diagnostics;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Names of files that cannot be typed, and names with backslashes.</summary>
public sealed class ArchiveTextTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("'\\377\\376 bad\\200'", @"\xFF\xFE bad\x80")]
    [InlineData("'a\\134xFF'", @"a\\xFF")]
    [InlineData("'\\134\\134'", @"\\\\")]
    [InlineData("'tab\\011line\\012'", @"tab\x09line\x0A")]
    [InlineData("'\\357\\277\\275'", @"\xEF\xBF\xBD")]
    [InlineData("'!\\303\\244\\303'", @"!ä\xC3")]
    public async Task Name_AsItIsPrinted_IsUnderstoodByAllVerbs(string octal, string printed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not have such names.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        await MakeAsync(cli, octal);
        string id = BackupUser.NewId();
        string path = $"/d/{printed}";

        string snapshot = (await cli.LineAsync($"backup create root.pxar:tree --backup-id {id} --backup-time 1767225600 -o name")).Succeeded().Trim();

        Assert.Equal($"{path}\n", (await RunAsync(cli, "backup", "ls", snapshot, "root.pxar", "/d", "-o", "name")).Succeeded());
        Assert.Equal($"{path}\n", (await RunAsync(cli, "backup", "find", snapshot, "root.pxar", path, "-o", "name")).Succeeded());
        Assert.Equal("content\n", (await RunAsync(cli, "backup", "cat", snapshot, "root.pxar", path)).Succeeded());
        (await RunAsync(cli, "backup", "restore", snapshot, "root.pxar", "out", "--pattern", path, "--ignore-ownership")).Succeeded();
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(cli.Home, "out", "d")));
        string rest = (await RunAsync(
            cli, "backup", "create", "root.pxar:tree", "--exclude", path, "--backup-id", id, "--backup-time", "1767312000", "-o", "name")).Succeeded();
        Assert.Empty((await RunAsync(cli, "backup", "ls", rest.Trim(), "root.pxar", "/d", "-o", "name")).Succeeded());

        // .NET cannot remove all of these names.
        await ShellAsync(cli, "rm -r tree out");
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("cat")]
    [InlineData("find")]
    [InlineData("restore")]
    public async Task Path_ThatArrivesDamaged_SaysHowToWriteIt(string verb)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        string snapshot = (await cli.LineAsync($"backup create root.pxar:tree --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();

        string[] rest = verb == "restore" ? ["out", "--pattern", "/a\uFFFD"] : ["/a\uFFFD"];
        string error = (await RunAsync(cli, ["backup", verb, snapshot, "root.pxar", .. rest])).FailedWith(2);

        Assert.Contains(@"\xNN", error, StringComparison.Ordinal);
        string made = (await RunAsync(cli, "backup", "create", "root.pxar:tree", "--exclude", "\uFFFD*")).FailedWith(2);
        Assert.Contains(@"\xNN", made, StringComparison.Ordinal);
    }

    private static Task<CliRun> RunAsync(CliHarness cli, params string[] words) => cli.RunAsync(words);

    private static Task MakeAsync(CliHarness cli, string octal) =>
        ShellAsync(cli, $"mkdir -p tree/d && n=$(printf {octal}; printf .) && echo content > \"tree/d/${{n%?}}\"");

    private static async Task ShellAsync(CliHarness cli, string line)
    {
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = cli.Home };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(line);
        using Process shell = Process.Start(start)!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }
}
