using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>What restores and dry runs tell and leave behind.</summary>
public sealed class RestoreVerbTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("legacy")]
    [InlineData("metadata")]
    public async Task Restore_PatternThatMatchesNothing_LeavesNothingAndNamesIt(string mode)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli, $"--change-detection-mode {mode}");

        string error = (await cli.LineAsync($"backup restore {snapshot} root.pxar deep/out --pattern '*.nothing' --pattern /etc/passwd")).FailedWith(5);

        Assert.Contains("'*.nothing', '/etc/passwd'", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Home, "deep")));
        (await cli.LineAsync($"backup restore {snapshot} root.pxar deep/out --pattern empty --ignore-ownership")).Succeeded();
        Assert.True(Directory.Exists(Path.Combine(cli.Home, "deep", "out", "empty")));
    }

    [Fact]
    public async Task Restore_IntoDirectoriesThatExist_NeedsToBeAllowed()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        Directory.CreateDirectory(Path.Combine(cli.Home, "out", "etc"));

        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership")).FailedWith(6);
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --pattern etc")).Succeeded();
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --pattern etc")).FailedWith(6);
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --overwrite")).Succeeded();

        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
    }

    [Fact]
    public async Task Restore_OverwritingOneKind_LeavesTheOthers()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        string restore = $"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs true";
        (await cli.LineAsync(restore)).Succeeded();
        cli.Write("out/etc/hosts", "other");

        (await cli.LineAsync($"{restore} --overwrite-symlinks --overwrite-hardlinks 1")).FailedWith(6);
        Assert.Equal("other", File.ReadAllText(Path.Combine(cli.Home, "out", "etc", "hosts")));
        (await cli.LineAsync($"{restore} --overwrite-files")).FailedWith(6);
        (await cli.LineAsync($"{restore} --overwrite-files 1 --overwrite-symlinks 1 --overwrite-hardlinks 1")).Succeeded();

        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
    }

    [Fact]
    public async Task Restore_PreludeTarget_GetsThePatternsOfASplitArchive()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string split = await MakeAsync(cli, "--change-detection-mode data --exclude *.bin --exclude !sub/keep");
        string plain = await MakeAsync(cli, "--exclude *.bin");
        string file = cli.Write("prelude", "what was there before, and is longer than the prelude");

        (await cli.LineAsync($"backup restore {split} root.pxar dry --ignore-ownership --prelude-target prelude --dry-run")).Succeeded();
        Assert.StartsWith("what was", File.ReadAllText(file), StringComparison.Ordinal);
        (await cli.LineAsync($"backup restore {split} root.pxar out --ignore-ownership --prelude-target prelude")).Succeeded();
        CliRun without = await cli.LineAsync($"backup restore {plain} root.pxar other --ignore-ownership --prelude-target none");

        Assert.Equal("""{"exclude-patterns":"*.bin\n!sub/keep\n"}""", File.ReadAllText(file));
        without.Succeeded();
        Assert.Contains("no prelude", without.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Home, "none")));
        (await cli.LineAsync($"backup restore {split} index.json out.json --prelude-target none")).FailedWith(2);
    }

    [Fact]
    public async Task Create_MountPointBelow_IsToldButFailsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes a mount point of Linux.");
        Assert.SkipUnless(File.ReadAllText("/proc/mounts").Contains(" /dev/shm ", StringComparison.Ordinal), "There is no such mount point.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);

        CliRun made = await cli.LineAsync($"backup create dev.pxar:/dev --exclude * --exclude !/shm --backup-id {BackupUser.NewId()} --fail-on-warnings");

        made.Succeeded();
        Assert.Contains("/shm: The content of this mount point is left out.", made.Errors, StringComparison.Ordinal);
        Assert.Contains(" sent, 1 mount point left out", made.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", made.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Long_ShowsLinkTargets()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);

        string table = (await cli.LineAsync($"backup ls {snapshot} root.pxar --long")).Succeeded();

        Assert.Contains("etc/hosts", table.Split('\n').Single(static line => line.Contains("/link", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("etc/hosts", (await cli.LineAsync($"backup ls {snapshot} root.pxar")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithoutTheKey_SaysOnceWhatToDo()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        string snapshot = await MakeAsync(cli, "--keyfile key.json");

        string error = (await cli.LineAsync($"backup ls {snapshot} root.pxar")).FailedWith(4);

        Assert.DoesNotContain("SnapshotOpenOptions", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Split("--keyfile").Length);
    }

    [Fact]
    public async Task Create_DryRun_CountsFilesAndBytes()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        cli.Write("disk.raw", new string('x', 5000));
        string id = BackupUser.NewId();

        JsonElement[] plan = [.. (await cli.JsonAsync(
            $"backup create root.pxar:tree disk.img:disk.raw hosts.conf:tree/etc/hosts --exclude '*.tmp' --backup-id {id} --dry-run")).EnumerateArray()];

        // The root, empty, etc, hosts, fstab, and the file with the patterns.
        Assert.Equal((6, 2, 36), (Number(plan[0], "entries"), Number(plan[0], "files"), Number(plan[0], "size")));
        Assert.Equal((1, 5000), (Number(plan[1], "files"), Number(plan[1], "size")));
        Assert.Equal((1, 20), (Number(plan[2], "files"), Number(plan[2], "size")));
        (await cli.LineAsync($"backup list host/{id}")).FailedWith(5);
    }

    [Theory]
    [InlineData("backup create root.pxar:nosuch")]
    [InlineData("backup create root.pxar:tree disk.img:nosuch --dry-run")]
    [InlineData("backup create a.conf:nosuch --keyfile nowhere.json")]
    public async Task Create_OfWhatIsNotThere_IsNotFound(string line)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();

        Assert.Contains("nosuch", (await cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_WhenAskedFor_EndWithTheirOwnExitCode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes bits of Linux.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", ".pxarexclude"));
        string program = Path.Combine(cli.Home, "tree", "program");
        File.WriteAllText(program, "");
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.SetUser);
        }

        string id = BackupUser.NewId();

        CliRun made = await cli.LineAsync($"backup create root.pxar:tree --backup-id {id} --fail-on-warnings");
        CliRun restored = await cli.LineAsync($"backup restore host/{id} root.pxar out --ignore-ownership --fail-on-warnings");

        made.FailedWithCode(10);
        Assert.Contains(", 1 warning\nerror: It was done, with warnings.", made.Errors, StringComparison.Ordinal);
        Assert.Contains("warning: root.pxar.didx: /.pxarexclude", made.Errors, StringComparison.Ordinal);
        restored.FailedWithCode(10);
        Assert.Contains("warning: /program", restored.Errors, StringComparison.Ordinal);
        (await cli.LineAsync($"backup restore host/{id} root.pxar again --ignore-ownership")).Succeeded();
    }

    [Theory]
    [InlineData("diff", 2, "note.conf is no directory tree")]
    [InlineData("ls", 2, "index.json is no directory tree but the list")]
    [InlineData("neither", 5, "neither in the older one nor in the newer one")]
    [InlineData("prune", 5, "There is no backup of host/nope")]
    public async Task WrongInput_IsToldWithItsOwnCode(string what, int exitCode, string expected)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        cli.Write("note.txt", "a note\n");
        string snapshot = (await cli.LineAsync($"backup create root.pxar:tree note.conf:note.txt --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();

        string error = (await cli.LineAsync(what switch
        {
            "diff" => $"backup diff {snapshot} {snapshot} note.conf",
            "ls" => $"backup ls {snapshot} index.json",
            "neither" => $"backup diff {snapshot} {snapshot} root.pxar /no/such",
            _ => "backup prune host/nope --keep-last 1",
        })).FailedWith(exitCode);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        (await cli.LineAsync($"backup diff {snapshot} {snapshot} root.pxar /etc/hosts")).Succeeded();
    }

    [Fact]
    public async Task Interrupted_SaysWhatIsLeft()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);

        CliRun made = await cli.InterruptedAsync($"backup create root.pxar:tree --backup-id {BackupUser.NewId()}");
        CliRun restored = await cli.InterruptedAsync($"backup restore {snapshot} root.pxar out");

        made.FailedWithCode(130);
        Assert.Equal("Interrupted: no snapshot was made. Run it again to make the backup.\n", made.Errors);
        restored.FailedWithCode(130);
        Assert.Equal("Interrupted: nothing was restored.\n", restored.Errors);
    }

    /// <summary>A damaged chunk in the middle of a disk: what was restored is kept, and told about.</summary>
    [Fact]
    public async Task Restore_DiskOverAnother_LeavesItAndNamesThePart()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        byte[] disk = new byte[12 << 20];
        new Random(5).NextBytes(disk);
        string path = Path.Combine(cli.Home, "disk.raw");
        await File.WriteAllBytesAsync(path, disk, TestContext.Current.CancellationToken);
        (await cli.LineAsync("backup create disk.img:disk.raw --backup-id web")).Succeeded();
        string digest = Convert.ToHexStringLower(SHA256.HashData(disk.AsSpan(8 << 20)));
        string chunk = Path.Combine(cli.Home, "stores", "store1", ".chunks", digest[..4], digest);
        byte[] stored = await File.ReadAllBytesAsync(chunk, TestContext.Current.CancellationToken);
        File.Delete(chunk);
        cli.Write("old.raw", "what was there");

        string error = (await cli.LineAsync("backup restore host/web disk.img old.raw --overwrite")).FailedWith(1);
        await File.WriteAllBytesAsync(chunk, stored, TestContext.Current.CancellationToken);
        Assert.Contains("old.raw.prox-partial holds what was restored so far: the same command with --resume goes on", error, StringComparison.Ordinal);
        Assert.Equal("what was there", await File.ReadAllTextAsync(Path.Combine(cli.Home, "old.raw"), TestContext.Current.CancellationToken));
        (await cli.LineAsync("backup restore host/web disk.img old.raw --resume")).FailedWithCode(6);
        Assert.Equal("what was there", await File.ReadAllTextAsync(Path.Combine(cli.Home, "old.raw"), TestContext.Current.CancellationToken));
        JsonElement resumed = await cli.JsonAsync("backup restore host/web disk.img old.raw --overwrite --resume");

        Assert.Equal(8 << 20, Number(resumed, "bytes-kept"));
        Assert.Equal(disk, await File.ReadAllBytesAsync(Path.Combine(cli.Home, "old.raw"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Restore_EmptyTarget_IsNotTheFolderOneIsIn()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        CliRun run = await cli.RunAsync("backup", "restore", "host/web", "root.pxar", "", "--existing", "overwrite");
        Assert.Contains("The target is empty", run.FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disk.img")]
    [InlineData("note.conf")]
    public async Task Restore_ResumeOverAForeignFile_NeedsOverwrite(string archive)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("disk.raw", new string('x', 5000));
        cli.Write("note.txt", "a note\n");
        string snapshot = (await cli.LineAsync(
            $"backup create disk.img:disk.raw note.conf:note.txt --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();
        string foreign = cli.Write("foreign", "mine");

        string refused = (await cli.LineAsync($"backup restore {snapshot} {archive} foreign --resume")).FailedWith(6);

        Assert.Contains("foreign exists already", refused, StringComparison.Ordinal);
        Assert.Contains("--overwrite", refused, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(foreign, TestContext.Current.CancellationToken));
        (await cli.LineAsync($"backup restore {snapshot} {archive} foreign --resume --overwrite")).Succeeded();
        JsonElement again = await cli.JsonAsync($"backup restore {snapshot} {archive} foreign --resume");
        Assert.Equal(Number(again, "size"), Number(again, "bytes-kept"));
    }

    [Fact]
    public async Task Restore_PartIsThereWithoutResume_IsAConflictThatSaysWhatToDo()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("disk.raw", new string('x', 5000));
        string snapshot = (await cli.LineAsync($"backup create disk.img:disk.raw --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();
        string part = cli.Write("out.prox-partial", "precious");

        string error = (await cli.LineAsync($"backup restore {snapshot} disk.img out")).FailedWith(6);

        Assert.Contains("out was begun by a restore that was broken off", error, StringComparison.Ordinal);
        Assert.Contains("--resume to go on with it, or --overwrite to start anew", error, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(part, TestContext.Current.CancellationToken));
        (await cli.LineAsync($"backup restore {snapshot} disk.img out --overwrite")).Succeeded();
        Assert.False(File.Exists(part));
    }

    [Fact]
    public async Task Restore_LinkInThePlaceOfADirectory_NamesTheNextStepAndWhatWasDone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        string other = Directory.CreateDirectory(Path.Combine(cli.Home, "other")).FullName;
        Directory.CreateDirectory(Path.Combine(cli.Home, "out"));
        File.CreateSymbolicLink(Path.Combine(cli.Home, "out", "etc"), other);

        string error = (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --overwrite")).FailedWith(6);

        Assert.Contains(Path.Combine("out", "etc"), error, StringComparison.Ordinal);
        Assert.Contains("move it away, leave the entry out (--pattern '/*' --pattern '!/PATH')", error, StringComparison.Ordinal);
        Assert.Contains("What comes before it in the archive was restored into", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(other));
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --overwrite --pattern '/*' --pattern '!/etc'")).Succeeded();
    }

    [Fact]
    public async Task Restore_PartIsALink_IsRefusedWithoutAWordOfResuming()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("disk.raw", new string('x', 5000));
        string snapshot = (await cli.LineAsync($"backup create disk.img:disk.raw --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();
        string other = cli.Write("other", "mine");
        File.CreateSymbolicLink(Path.Combine(cli.Home, "out.prox-partial"), other);

        string error = (await cli.LineAsync($"backup restore {snapshot} disk.img out")).FailedWith(1);

        Assert.Contains("is a link", error, StringComparison.Ordinal);
        Assert.DoesNotContain("--resume", error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("restore {0} root.pxar -")]
    [InlineData("restore {0} root.pxar - --tar")]
    [InlineData("cat {0} root.pxar /etc/hosts")]
    public async Task Data_ReaderOfThePipeIsGone_EndsQuietlyAsOthersDo(string line)
    {
        using CliHarness cli = new CliHarness { IsOutputClosed = static () => true }.Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);

        CliRun run = await cli.LineAsync($"backup {string.Format(System.Globalization.CultureInfo.InvariantCulture, line, snapshot)}");

        run.Succeeded();
        Assert.Equal("", run.Errors);
        (await cli.LineAsync($"backup ls {snapshot}")).Succeeded();
    }

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    private static async Task<string> MakeAsync(CliHarness cli, string options = "")
    {
        cli.MakeTree();
        if (!File.Exists(Path.Combine(cli.Home, "tree", "link")))
        {
            File.CreateSymbolicLink(Path.Combine(cli.Home, "tree", "link"), "etc/hosts");
        }

        return (await cli.LineAsync($"backup create root.pxar:tree --backup-id {BackupUser.NewId()} {options} -o name")).Succeeded().Trim();
    }
}
