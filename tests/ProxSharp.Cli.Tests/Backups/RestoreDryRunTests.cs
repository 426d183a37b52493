using System.Globalization;
using System.Text.Json;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>A dry run of a restore tells what the restore does then, and leaves everything as it is.</summary>
public sealed class RestoreDryRunTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private const string Overwrite = "--overwrite";
    private static readonly DateTime s_time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Theory]
    [InlineData(Overwrite, 7, 1, 4, 0, 0, 0)]
    [InlineData("--existing overwrite", 7, 1, 4, 0, 0, 0)]
    [InlineData("--existing skip", 1, 1, 0, 0, 0, 4)]
    [InlineData("--existing same-time", 7, 1, 3, 0, 1, 0)]
    [InlineData("--existing same-content", 7, 1, 2, 2, 0, 0)]
    [InlineData("--resume", 7, 1, 2, 2, 0, 0)]
    [InlineData("--overwrite --pattern '/etc'", 3, 0, 2, 0, 0, 0)]
    public async Task Tree_WithWhatExists_ForetellsTheRestore(string options, int entries, int created, int overwritten, int compared, int kept, int skipped)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        foreach (string mode in (string[])["legacy", "metadata"])
        {
            using CliHarness cli = new CliHarness().Uses(backup.Simulator);
            string line = $"backup restore {await MakeAsync(cli, mode)} root.pxar out --ignore-ownership {options}";
            MakeConflicts(cli);
            string[] before = Describe(cli.Home);

            JsonElement plan = await cli.JsonAsync($"{line} --dry-run");

            Assert.Equal(before, Describe(cli.Home));
            Assert.True(plan.GetProperty("target-exists").GetBoolean());
            Assert.Equal(
                (entries, created, overwritten, compared, kept, skipped, 0),
                (Number(plan, "entries"), Number(plan, "created"), Number(plan, "overwritten"), Number(plan, "compared"), Number(plan, "kept-files"),
                    Number(plan, "skipped-entries"), Number(plan, "refused")));
            JsonElement done = await cli.JsonAsync(line);
            foreach (string name in (string[])["entries", "files", "size", "skipped-entries", "warning-count"])
            {
                Assert.Equal((name, Number(done, name)), (name, Number(plan, name)));
            }

            Assert.InRange(Number(done, "kept-files"), kept, kept + compared);
        }
    }

    [Fact]
    public async Task Tree_IntoNothing_MakesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string line = $"backup restore {await MakeAsync(cli, "metadata")} root.pxar deep/out --ignore-ownership";

        JsonElement plan = await cli.JsonAsync($"{line} --dry-run");
        CliRun table = await cli.LineAsync($"{line} --dry-run");

        Assert.False(Directory.Exists(Path.Combine(cli.Home, "deep")));
        Assert.Equal(
            [
                "snapshot", "target", "target-exists", "entries", "files", "size", "created", "overwritten", "compared", "kept-files", "skipped-entries",
                "refused", "bytes-written", "bytes-compared", "refusals", "warning-count", "warnings",
            ],
            plan.EnumerateObject().Select(static member => member.Name));
        Assert.False(plan.GetProperty("target-exists").GetBoolean());
        Assert.Equal((7, 7, 43, 43), (Number(plan, "entries"), Number(plan, "created"), Number(plan, "size"), Number(plan, "bytes-written")));
        Assert.Contains("bytes-written    43 B", table.Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("refusals", table.Output, StringComparison.Ordinal);
        Assert.Equal("Nothing was restored: this was a dry run.\n", table.Errors);
        Assert.Equal(7, Number(await cli.JsonAsync(line), "entries"));
        (await cli.LineAsync($"{line} --dry-run --pattern '*.nothing'")).FailedWith(5);
    }

    [Fact]
    public async Task Tree_SeveralConflicts_AreAllNamed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli, "metadata");
        MakeConflicts(cli);
        string[] before = Describe(cli.Home);

        CliRun closed = await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --dry-run -o json");
        CliRun open = await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --dry-run -o json");

        Assert.Equal(before, Describe(cli.Home));
        Assert.Equal(["etc", "link", "scratch.tmp"], Refusals(closed));
        Assert.Equal(["etc/fstab", "etc/hosts", "link", "scratch.tmp"], Refusals(open));

        string[] Refusals(CliRun run)
        {
            run.FailedWithCode(6);
            using JsonDocument document = JsonDocument.Parse(run.Output);
            JsonElement plan = document.RootElement.GetProperty("data");
            string[] paths = [.. plan.GetProperty("refusals").EnumerateArray()
                .Select(refusal => Path.GetRelativePath(Path.Combine(cli.Home, "out"), refusal.GetProperty("path").GetString()!))];
            Assert.Equal(paths.Length, Number(plan, "refused"));
            Assert.Contains($"{paths.Length} entries would be refused", run.Errors, StringComparison.Ordinal);
            return paths;
        }
    }

    [Fact]
    public async Task Tree_WithALinkInADirectorysPlace_IsRestoredWithoutItWhereExistingIsSkipped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string line = $"backup restore {await MakeAsync(cli, "metadata")} root.pxar out --ignore-ownership --existing skip";
        string other = Directory.CreateDirectory(Path.Combine(cli.Home, "other")).FullName;
        Directory.CreateDirectory(Path.Combine(cli.Home, "out"));
        File.CreateSymbolicLink(Path.Combine(cli.Home, "out", "etc"), other);
        foreach (string dry in (string[])[" --dry-run", ""])
        {
            CliRun run = await cli.LineAsync(line + dry);
            run.Succeeded();
            Assert.Contains("It is left out with all in it", run.Errors, StringComparison.Ordinal);
            Assert.Equal(dry.Length == 0, File.Exists(Path.Combine(cli.Home, "out", "scratch.tmp")));
        }

        Assert.Empty(Directory.GetFileSystemEntries(other));
    }

    [Theory]
    [InlineData("file", "", 6)]
    [InlineData("directory for a file", Overwrite, 6)]
    [InlineData("directory for a file", "--overwrite --pattern /scratch.tmp", 6)]
    [InlineData("file for a directory", Overwrite, 6)]
    [InlineData("link for a directory", Overwrite, 6)]
    [InlineData("file for the target", Overwrite, 1)]
    public async Task Tree_ThatIsRefused_EndsAsTheRestore(string what, string options, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string line = $"backup restore {await MakeAsync(cli, "metadata")} root.pxar out --ignore-ownership {options}";
        string target = Path.Combine(cli.Home, "out");
        if (what != "file for the target")
        {
            Directory.CreateDirectory(target);
        }

        switch (what)
        {
            case "file for the target":
                cli.Write("out", "mine");
                break;
            case "file":
                cli.Write("out/scratch.tmp", "mine");
                break;
            case "directory for a file":
                Directory.CreateDirectory(Path.Combine(target, "scratch.tmp"));
                break;
            case "file for a directory":
                cli.Write("out/etc", "mine");
                break;
            default:
                File.CreateSymbolicLink(Path.Combine(target, "etc"), Directory.CreateDirectory(Path.Combine(cli.Home, "other")).FullName);
                break;
        }

        string[] before = Describe(cli.Home);
        CliRun dry = await cli.LineAsync($"{line} --dry-run -o json");
        Assert.Equal(before, Describe(cli.Home));
        CliRun real = await cli.LineAsync($"{line} -o json");

        dry.FailedWithCode(exitCode);
        real.FailedWithCode(exitCode);
        Assert.Equal(Message(real), Message(dry));
        Assert.DoesNotContain("was restored into", dry.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disk.img", "", "", 0, "create")]
    [InlineData("disk.img", "out", "", 6, "")]
    [InlineData("disk.img", "out", Overwrite, 0, "overwrite")]
    [InlineData("disk.img", "out", "--overwrite --resume", 0, "overwrite")]
    [InlineData("disk.img", "out", "--resume", 6, "")]
    [InlineData("disk.img", "same", "--resume", 0, "keep")]
    [InlineData("disk.img", "part", "", 6, "")]
    [InlineData("disk.img", "part", "--resume", 0, "resume")]
    [InlineData("disk.img", "part", Overwrite, 0, "create")]
    [InlineData("disk.img", "directory", Overwrite, 1, "")]
    [InlineData("note.conf", "", "", 0, "create")]
    [InlineData("note.conf", "out", "", 6, "")]
    [InlineData("note.conf", "out", Overwrite, 0, "overwrite")]
    [InlineData("note.conf", "out", "--resume", 6, "")]
    [InlineData("note.conf", "same", "--resume", 0, "keep")]
    [InlineData("index.json", "", "", 0, "create")]
    [InlineData("nosuch.img", "", "", 5, "")]
    public async Task File_IsForetold(string archive, string there, string options, int exitCode, string action)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("disk.raw", new string('x', 5000));
        cli.Write("note.txt", "a note\n");
        string snapshot = (await cli.LineAsync(
            $"backup create disk.img:disk.raw note.conf:note.txt --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();
        _ = there switch
        {
            "out" => cli.Write("out", "mine"),
            "same" => cli.Write("out", archive == "disk.img" ? new string('x', 5000) : "a note\n"),
            "part" => cli.Write("out.prox-partial", "xxx"),
            "directory" => Directory.CreateDirectory(Path.Combine(cli.Home, "out")).FullName,
            _ => "",
        };
        string line = $"backup restore {snapshot} {archive} out {options}";
        string[] before = Describe(cli.Home);

        CliRun dry = await cli.LineAsync($"{line} --dry-run -o json");

        Assert.Equal(before, Describe(cli.Home));
        CliRun real = await cli.LineAsync($"{line} -o json");
        Assert.Equal((exitCode, exitCode), (dry.ExitCode, real.ExitCode));
        Assert.Equal(Message(real), Message(dry));
        if (exitCode == 0)
        {
            using JsonDocument plan = JsonDocument.Parse(dry.Output);
            using JsonDocument done = JsonDocument.Parse(real.Output);
            JsonElement data = plan.RootElement.GetProperty("data");
            Assert.Equal(["snapshot", "target", "target-exists", "action", "size"], data.EnumerateObject().Select(static member => member.Name));
            Assert.Equal((action, there is "out" or "same"), (data.GetProperty("action").GetString(), data.GetProperty("target-exists").GetBoolean()));
            Assert.Equal(Number(done.RootElement.GetProperty("data"), "size"), Number(data, "size"));
        }
    }

    [Fact]
    public async Task File_WithoutAPlaceToBe_IsRefused()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("disk.raw", new string('x', 5000));
        string snapshot = (await cli.LineAsync($"backup create disk.img:disk.raw --backup-id {BackupUser.NewId()} -o name")).Succeeded().Trim();

        CliRun dry = await cli.LineAsync($"backup restore {snapshot} disk.img deep/out --dry-run");

        CliRun real = await cli.LineAsync($"backup restore {snapshot} disk.img deep/out");
        Assert.NotEqual(0, real.ExitCode);
        Assert.Equal((real.ExitCode, real.Errors), (dry.ExitCode, dry.Errors));
    }

    [Fact]
    public async Task Output_IsNotSent()
    {
        using CliHarness cli = new CliHarness { TerminalWidth = 100 }.Uses(backup.Simulator);
        cli.MakeTree();
        cli.Write("disk.raw", new string('x', 5000));
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync($"backup create root.pxar:tree disk.img:disk.raw note.conf:note.txt --backup-id {id}")).Succeeded();

        JsonElement tree = await cli.JsonAsync($"backup restore host/{id} root.pxar - --tar --dry-run");
        JsonElement disk = await cli.JsonAsync($"backup restore host/{id} disk.img - --dry-run");
        JsonElement note = await cli.JsonAsync($"backup restore host/{id} note.conf - --dry-run");

        Assert.Equal(["snapshot", "target", "action"], tree.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(("send", "-"), (tree.GetProperty("action").GetString(), tree.GetProperty("target").GetString()));
        Assert.Equal((5000, 7), (Number(disk, "size"), Number(note, "size")));
        (await cli.LineAsync($"backup restore host/{id} nosuch.conf - --dry-run")).FailedWithCode(5);
    }

    /// <summary>Where the contents are gone, a dry run of a split archive is none the wiser; a restore is.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("--pattern etc")]
    public async Task SplitTree_ReadsNoContents(string options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        string snapshot = await MakeAsync(cli, "metadata");
        string store = Path.Combine(cli.Home, "stores", "store1");
        DynamicIndex payload = DynamicIndex.Parse(await File.ReadAllBytesAsync(
            Path.Combine(store, snapshot, "root.ppxar.didx"), TestContext.Current.CancellationToken));
        for (int i = 0; i < payload.Count; i++)
        {
            string digest = payload[i].Digest.ToString();
            File.Delete(Path.Combine(store, ".chunks", digest[..4], digest));
        }

        JsonElement plan = await cli.JsonAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --dry-run {options}");

        Assert.Equal(options.Length > 0 ? 3 : 7, Number(plan, "created"));
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership {options}")).FailedWithCode(1);
    }

    [Fact]
    public async Task Interrupted_SaysThatNothingWasRestored()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();

        CliRun run = await cli.InterruptedAsync("backup restore host/laptop root.pxar tree --overwrite --dry-run");

        run.FailedWithCode(130);
        Assert.Equal("Interrupted: nothing was restored.\n", run.Errors);
    }

    private static async Task<string> MakeAsync(CliHarness cli, string mode)
    {
        cli.MakeTree();
        File.CreateSymbolicLink(Path.Combine(cli.Home, "tree", "link"), "etc/hosts");
        File.SetLastWriteTimeUtc(Path.Combine(cli.Home, "tree", "etc", "hosts"), s_time);
        string line = $"backup create root.pxar:tree --backup-id {BackupUser.NewId()} --change-detection-mode {mode} -o name";
        return (await cli.LineAsync(line)).Succeeded().Trim();
    }

    // One file as it was, one of another size, one of the same size with something else in it, and a file in the place of the link.
    private static void MakeConflicts(CliHarness cli)
    {
        Directory.CreateDirectory(Path.Combine(cli.Home, "out", "etc"));
        File.SetLastWriteTimeUtc(cli.Write("out/etc/hosts", "127.0.0.1 localhost\n"), s_time);
        cli.Write("out/etc/fstab", "none");
        cli.Write("out/scratch.tmp", "SCRATCH");
        cli.Write("out/link", "mine");
    }

    private static string[] Describe(string folder) => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Where(static path => !path.Contains(".cache", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(static path => string.Create(
            CultureInfo.InvariantCulture,
            $"{path} {File.GetAttributes(path)} {File.GetLastWriteTimeUtc(path):O} {(Directory.Exists(path) ? "" : File.ReadAllText(path))}"))];

    // The hint of a restore may say more.
    private static string Message(CliRun run)
    {
        if (run.Errors.Length == 0)
        {
            return "";
        }

        using JsonDocument document = JsonDocument.Parse(run.Errors);
        return document.RootElement.GetProperty("error").GetProperty("message").GetString()!;
    }

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();
}
