using System.Text.Json;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>What can still be had from a datastore that lost something, and what errors advise.</summary>
public sealed class DamagedStoreTests
{
    private const string Store = "--store-directory stores/store1";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Catalog_MissingOrDamaged_StopsNoVerb(bool missing)
    {
        using CliHarness cli = new();
        cli.MakeTree();
        await BackUpAsync(cli);
        string catalog = Find(cli, "catalog.pcat1.didx");
        if (missing)
        {
            File.Delete(catalog);
        }
        else
        {
            File.WriteAllBytes(catalog, File.ReadAllBytes(catalog)[..100]);
        }

        CliRun list = await cli.LineAsync($"backup ls host/web root.pxar /etc -o name {Store}");
        (await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership {Store}")).Succeeded();
        (await cli.LineAsync($"backup restore host/web root.pxar part --ignore-ownership --pattern /etc/hosts {Store}")).Succeeded();

        Assert.Equal("/etc/fstab\n/etc/hosts\n", list.Succeeded());
        Assert.Contains("warning: The catalog of host/web/", list.Errors, StringComparison.Ordinal);
        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
        Assert.Equal(["etc/hosts"], cli.ReadTree("part").Keys);
    }

    [Fact]
    public async Task Browse_FirstChunkOfTheArchiveIsMissing_NamesComeFromTheCatalog()
    {
        using CliHarness cli = new();
        cli.MakeTree();
        MakeBig(cli, "big");
        await BackUpAsync(cli);
        Damage(cli, "root.pxar.didx", static _ => 0, remove: true);

        CliRun list = await cli.LineAsync($"backup ls host/web root.pxar /etc -o name {Store}");
        CliRun found = await cli.LineAsync($"backup find host/web root.pxar hosts -o name {Store}");
        CliRun dump = await cli.LineAsync($"backup catalog dump host/web -o name {Store}");

        Assert.Equal("/etc/fstab\n/etc/hosts\n", list.Succeeded());
        Assert.Contains("warning: root.pxar itself cannot be read, so names come from the catalog", list.Errors, StringComparison.Ordinal);
        Assert.Equal("/etc/hosts\n", found.Succeeded());
        Assert.Contains("/etc/hosts\n", dump.Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"backup ls host/web root.pxar /nowhere {Store}")).FailedWithCode(5);
        (await cli.LineAsync($"backup ls host/web root.pxar --long {Store}")).FailedWith(1);
        File.Delete(Find(cli, "catalog.pcat1.didx"));
        Assert.DoesNotContain("catalog", (await cli.LineAsync($"backup ls host/web root.pxar {Store}")).FailedWith(1), StringComparison.Ordinal);
    }

    /// <summary>The server opens an index before it gives it away: its refusal is damage of that file, and nothing of the others.</summary>
    [Theory]
    [InlineData("catalog.pcat1.didx", "root.pxar")]
    [InlineData("root.pxar.didx", "catalog.pcat1")]
    public async Task VerifyLocal_IndexThatTheServerCannotOpen_TellsOfTheOthersToo(string damaged, string right)
    {
        using CliHarness cli = new();
        cli.MakeTree();
        await BackUpAsync(cli);
        string path = Find(cli, damaged);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..100]);
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);

        JsonElement[] files = JsonOf(await cli.LineAsync("backup verify host/web --local -o json"));

        string StatusOf(string name) => files.Single(file => file.GetProperty("file").GetString()!.StartsWith(name, StringComparison.Ordinal)).GetProperty("status").GetString()!;
        Assert.Equal("damaged", StatusOf(damaged.Split('.')[0]));
        Assert.Equal("ok", StatusOf(right));
    }

    [Fact]
    public async Task Diff_FirstChunkOfAnArchiveIsMissing_ComparesTheCatalogs()
    {
        using CliHarness cli = new();
        cli.MakeTree();
        MakeBig(cli, "big");
        await BackUpAsync(cli);
        File.WriteAllText(Path.Combine(cli.Home, "tree", "etc", "zone"), "new");
        await BackUpAsync(cli, day: 2);
        Damage(cli, "root.pxar.didx", static _ => 0, remove: true);
        const string Diff = "backup diff host/web/2026-02-01T00:00:00Z host/web root.pxar";

        CliRun all = await cli.LineAsync($"{Diff} {Store} -o name");
        Assert.Contains("names come from the catalog", all.Errors, StringComparison.Ordinal);
        Assert.Equal("/etc/zone\n", all.Output);
        Assert.Equal(1, all.ExitCode);
        (await cli.LineAsync($"{Diff} /etc/ssl {Store}")).FailedWithCode(5);
        foreach (string more in (string[])["--metadata", "--contents"])
        {
            CliRun whole = await cli.LineAsync($"{Diff} {more} {Store}");
            Assert.DoesNotContain("catalog", whole.FailedWith(1), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("index.json.blob", false)]
    [InlineData("index.json.blob", true)]
    [InlineData("root.pxar.didx", true)]
    public async Task File_ReplacedByDirectoryOrLoop_IsTold(string name, bool loop)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what lies in the place of a file.");
        using CliHarness cli = new();
        cli.MakeTree();
        await BackUpAsync(cli);
        string path = Find(cli, name);
        File.Delete(path);
        if (loop)
        {
            File.CreateSymbolicLink(path, path);
        }
        else
        {
            Directory.CreateDirectory(path);
        }

        CliRun verify = await cli.LineAsync($"backup verify --local {Store} -o json");
        string restore = (await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership {Store}")).FailedWith(1);

        Assert.Equal(1, verify.ExitCode);
        string kind = $"{path} is {(loop ? "a link that leads to no end" : "a directory")}";
        Assert.Contains(kind, verify.Output, StringComparison.Ordinal);
        Assert.Contains(kind, restore, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("legacy", false)]
    [InlineData("legacy", true)]
    [InlineData("metadata", false)]
    [InlineData("metadata", true)]
    public async Task Restore_DamagedFile_GetsTheRestAsTheHintSays(string mode, bool verify)
    {
        using CliHarness cli = new();
        cli.MakeTree();
        MakeBig(cli, "big [1]'s");
        await BackUpAsync(cli, $"--change-detection-mode {mode}");
        DamageMiddle(cli, mode == "legacy" ? "root.pxar.didx" : "root.ppxar.didx");
        string restore = $"backup restore host/web root.pxar out --ignore-ownership {Store}";

        string error = (await cli.LineAsync(verify ? $"{restore} --verify" : restore)).FailedWith(1);

        string store = Path.Combine(cli.Home, "stores", "store1");
        Assert.Contains($"prox backup verify host/web/2026-02-01T00:00:00Z --store-directory {store}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("leave out --verify", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Proxmox API", error, StringComparison.Ordinal);
        const string Escaped = @"'!/big \[1\]'\''s'";
        if (verify)
        {
            Assert.EndsWith($"write instead of --verify: --pattern '/*' --pattern {Escaped}", error, StringComparison.Ordinal);
            (await cli.LineAsync($"{restore} {error.Split("--verify: ")[1]}")).Succeeded();
        }
        else
        {
            Assert.EndsWith("--pattern '/*' --pattern '!/PATH' --resume", error, StringComparison.Ordinal);
            (await cli.LineAsync($"{restore} {error.Split("names: ")[1].Replace("'!/PATH'", Escaped, StringComparison.Ordinal)}")).Succeeded();
        }

        File.Delete(Path.Combine(cli.Home, "tree", "big [1]'s"));
        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
        Assert.True(Directory.Exists(Path.Combine(cli.Home, "out", "empty")));
    }

    /// <summary>Many entries begin in the damaged chunk: their names come from the catalog, and what lies behind them is reached by tables.</summary>
    [Fact]
    public async Task Restore_DamagedChunkWithManyFiles_GetsAllOthers()
    {
        using CliHarness cli = new();
        cli.MakeTree();
        Random random = new(3);
        foreach (string folder in (string[])["many", "other"])
        {
            Directory.CreateDirectory(Path.Combine(cli.Home, "tree", folder));
            for (int i = 0; i < (folder == "many" ? 300 : 100); i++)
            {
                byte[] content = new byte[1500];
                random.NextBytes(content);
                File.WriteAllBytes(Path.Combine(cli.Home, "tree", folder, $"f{i:D3}"), content);
            }
        }

        // A chunk has at most 256 KiB, and /many 480: around this place no cut lets the damage reach /other.
        const long AmongMany = 200_000;
        await BackUpAsync(cli);
        Damage(cli, "root.pxar.didx", static chunks => chunks.FindChunk(AmongMany));
        JsonElement[] files = JsonOf(await cli.LineAsync($"backup verify host/web {Store} -o json"));
        string[] lost = [.. files.Where(static file => file.GetProperty("file").GetString() == "root.pxar")
            .SelectMany(static file => file.GetProperty("damage").EnumerateArray())
            .SelectMany(static damage => damage.GetProperty("paths").EnumerateArray()).Select(static path => path.GetString()!)];
        Assert.True(lost.Length is > 5 and < 200, string.Join(' ', lost));

        string restore = $"backup restore host/web root.pxar out --ignore-ownership {Store}";
        (await cli.LineAsync(restore)).FailedWith(1);
        string without = string.Join(' ', lost.Select(static path => $"--pattern '!{path.TrimEnd('/')}'"));
        (await cli.LineAsync($"{restore} --pattern '/*' {without} --resume")).Succeeded();
        (await cli.LineAsync($"backup restore host/web root.pxar one --ignore-ownership {Store} --pattern /other/f099")).Succeeded();

        Assert.DoesNotContain(lost, static path => path.EndsWith('/'));
        foreach (string path in lost)
        {
            File.Delete(Path.Combine(cli.Home, "tree", path[1..]));
        }

        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
        Assert.Equal(["other/f099"], cli.ReadTree("one").Keys);
    }

    [Theory]
    [InlineData("root.pxar.didx", "backup cat host/web root.pxar /etc/hosts")]
    [InlineData("root.pxar.didx", "backup restore host/web root.pxar - --tar")]
    [InlineData("root.pxar.didx", "backup diff host/web host/web root.pxar --metadata")]
    [InlineData("index.json.blob", "backup ls host/web")]
    public async Task Read_DamagedFileOfADirectory_SaysSoAndNamesVerify(string file, string line)
    {
        using CliHarness cli = new();
        cli.MakeTree();
        await BackUpAsync(cli);
        string path = Find(cli, file);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);

        string error = (await cli.LineAsync($"{line} {Store}")).FailedWith(1);

        Assert.Contains("A file of the datastore is damaged", error, StringComparison.Ordinal);
        Assert.Contains("prox backup verify", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Proxmox API", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disk.img:tree", "root.pxar", "is a directory, and disk.img takes a file or a device", "disk.pxar:")]
    [InlineData("hosts.conf:tree", "", "is a directory, and hosts.conf takes a file", "hosts.pxar:")]
    [InlineData("root.pxar:tree --crypt-mode encrypt", "", "--crypt-mode encrypt needs a key", "--keyfile")]
    [InlineData("root.pxar:tree --crypt-mode sign-only", "", "--crypt-mode sign-only needs a key", "--keyfile")]
    public async Task Create_WhatCannotBe_SaysWhyAndWhatToWrite(string words, string other, string reason, string advice)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        cli.MakeTree();
        string more = other.Length > 0 ? $"{other}:tree" : "";

        string error = (await cli.LineAsync($"backup create {words} {more} --backup-id web")).FailedWith(2);

        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repository_CertificateThatIsNotTrusted_NamesItsVariable()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server).With("PBS_FINGERPRINT", new string('0', 64));

        Assert.Contains("PBS_FINGERPRINT", (await cli.LineAsync("backup list")).FailedWith(3), StringComparison.Ordinal);
        Assert.Contains("PBS_FINGERPRINT", (await cli.LineAsync("backup ls host/web")).FailedWith(3), StringComparison.Ordinal);
    }

    private static async Task BackUpAsync(CliHarness cli, string options = "", int day = 1)
    {
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id web --backup-time 2026-02-0{day}T00:00:00Z --chunk-size 64 {options}")).Succeeded();
    }

    private static JsonElement[] JsonOf(CliRun run)
    {
        run.FailedWithCode(1);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return [.. document.RootElement.GetProperty("data").Clone().EnumerateArray()];
    }

    private static void MakeBig(CliHarness cli, string name)
    {
        byte[] content = new byte[1 << 20];
        new Random(7).NextBytes(content);
        File.WriteAllBytes(Path.Combine(cli.Home, "tree", name), content);
    }

    private static void DamageMiddle(CliHarness cli, string index) => Damage(cli, index, static chunks => chunks.Count / 2);

    private static void Damage(CliHarness cli, string index, Func<DynamicIndex, int> which, bool remove = false)
    {
        DynamicIndex chunks = DynamicIndex.Parse(File.ReadAllBytes(Find(cli, index)));
        Assert.True(chunks.Count > 4);
        string digest = chunks[which(chunks)].Digest.ToString();
        string path = Path.Combine(cli.Home, "stores", "store1", ".chunks", digest[..4], digest);
        if (remove)
        {
            File.Delete(path);
            return;
        }

        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static string Find(CliHarness cli, string name) =>
        Directory.EnumerateFiles(Path.Combine(cli.Home, "stores", "store1", "host", "web"), name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
}
