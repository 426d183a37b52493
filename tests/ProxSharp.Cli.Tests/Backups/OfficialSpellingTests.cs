using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Command lines and variables of the official client.</summary>
public sealed class OfficialSpellingTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("backup root.pxar:tree --backup-id ID")]
    [InlineData("backup --backup-id ID root.pxar:tree")]
    [InlineData("backup backup root.pxar:tree --backup-id ID --backup-type host --backup-time 1767225600 --crypt-mode none")]
    [InlineData("backup create root.pxar:tree --backup-id ID --chunk-size 1024 --entries-max 100000 --rate 100MB --burst 200MiB")]
    [InlineData("backup backup root.pxar:tree --backup-id ID --change-detection-mode metadata --all-file-systems --skip-lost-and-found --include-dev tree")]
    [InlineData("backup backup root.pxar:tree --backup-id ID --exclude '*.bak' --exclude '/nothing' --skip-e2big-xattr --keyfile none.json")]
    public async Task Backup_AsTheOfficialClientWritesIt_IsMadeAndRestored(string line)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        string id = BackupUser.NewId();
        (await cli.LineAsync("backup key create none.json --kdf none")).Succeeded();
        string key = line.Contains("--keyfile", StringComparison.Ordinal) ? "--keyfile none.json" : "";

        (await cli.LineAsync(line.Replace("ID", id, StringComparison.Ordinal))).Succeeded();

        (await cli.LineAsync($"backup restore host/{id} root.pxar out --ignore-ownership --rate 100MB --ignore-extract-device-errors {key}")).Succeeded();
        Dictionary<string, string> restored = cli.ReadTree("out");
        restored.Remove(".pxarexclude-cli");
        Assert.Equal(cli.ReadTree("tree"), restored);
    }

    [Theory]
    [InlineData("backup", "list")]
    [InlineData("vm", "root.pxar:/")]
    [InlineData("backup", "restore", "host/x", "root.pxar", "/mnt")]
    [InlineData("backup", "create", "root.pxar:/")]
    [InlineData("backup", "--help")]
    public void Complete_OtherLines_StayAsTheyAre(params string[] line) => Assert.Equal(line, OfficialSpelling.Complete(line));

    [Theory]
    [InlineData("PBS_REPOSITORY", "_FILE")]
    [InlineData("PBS_REPOSITORY", "_CMD")]
    [InlineData("PBS_REPOSITORY", "_FD")]
    [InlineData("PBS_PASSWORD", "_FILE")]
    [InlineData("PBS_PASSWORD", "_CMD")]
    [InlineData("PBS_PASSWORD", "_FD")]
    [InlineData("PBS_FINGERPRINT", "_FILE")]
    [InlineData("PBS_FINGERPRINT", "_CMD")]
    [InlineData("PBS_FINGERPRINT", "_FD")]
    [InlineData("PBS_ENCRYPTION_PASSWORD", "")]
    [InlineData("PBS_ENCRYPTION_PASSWORD", "_FILE")]
    [InlineData("PBS_ENCRYPTION_PASSWORD", "_CMD")]
    [InlineData("PBS_ENCRYPTION_PASSWORD", "_FD")]
    public async Task Variables_InEachForm_AreRead(string name, string form)
    {
        Dictionary<string, string> values = new()
        {
            ["PBS_REPOSITORY"] = backup.Simulator.Repository(),
            ["PBS_PASSWORD"] = DefaultBackupServer.TokenSecret,
            ["PBS_FINGERPRINT"] = backup.Simulator.Fingerprint,
            ["PBS_ENCRYPTION_PASSWORD"] = "a passphrase",
        };
        using CliHarness cli = new CliHarness().With("NEW", values["PBS_ENCRYPTION_PASSWORD"]);
        string file = cli.Write("value.txt", $"{values[name]}\nanother line\n");
        using FileStream open = File.OpenRead(file);
        foreach ((string variable, string value) in values)
        {
            string text = variable != name ? value : form switch
            {
                "_FILE" => file,
                "_CMD" => $"cat '{file}'",
                "_FD" => open.SafeFileHandle.DangerousGetHandle().ToString(),
                _ => value,
            };
            cli.With(variable == name ? variable + form : variable, text);
        }

        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync("backup key create key.json --new-passphrase env:NEW --kdf pbkdf2")).Succeeded();

        string made = (await cli.LineAsync($"backup note.conf:note.txt --backup-id {id} --keyfile key.json -o name")).Succeeded();

        Assert.StartsWith($"host/{id}/", made, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_FromOpenFiles_AreRead()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator).With("MASTER", "a passphrase");
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        (await cli.LineAsync("backup key create-master-key . --new-passphrase env:MASTER")).Succeeded();
        using FileStream key = File.OpenRead(Path.Combine(cli.Home, "key.json"));
        using FileStream master = File.OpenRead(Path.Combine(cli.Home, "master-public.pem"));
        string masterNumber = master.SafeFileHandle.DangerousGetHandle().ToString();

        (await cli.LineAsync(
            $"backup note.conf:note.txt --backup-id {id} --keyfd {key.SafeFileHandle.DangerousGetHandle()} --master-pubkey-fd {masterNumber}")).Succeeded();

        Assert.Equal("a note\n", (await cli.LineAsync($"backup cat host/{id} note.conf --keyfile key.json")).Succeeded());
        Assert.Contains("rsa-encrypted.key", (await cli.LineAsync($"backup ls host/{id} --keyfile key.json -o name")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"backup ls host/{id} --keyfd 9999")).FailedWith(2);
        (await cli.LineAsync($"backup ls host/{id} --keyfd 3 --keyfile key.json")).FailedWith(2);
        (await cli.LineAsync($"backup note.conf:note.txt --backup-id {id} --keyfile key.json --master-pubkey-file nowhere.pem")).FailedWith(5);
        (await cli.LineAsync("backup create a.pxar:. --chunk-size 100")).FailedWith(2);
    }

    [Fact]
    public async Task SnapshotWords_OfTheOfficialClient_DoWhatTheirShortFormsDo()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        string snapshot = $"host/{id}/2026-02-01T00:00:00Z";
        (await cli.LineAsync($"backup backup note.conf:note.txt --backup-id {id} --backup-time 2026-02-01T00:00:00Z")).Succeeded();

        Assert.Equal($"{snapshot}\n", (await cli.LineAsync($"backup snapshot list host/{id} -o name")).Succeeded());
        Assert.Equal($"{snapshot}\n", (await cli.LineAsync($"backup snapshots host/{id} -o name")).Succeeded());
        Assert.Contains(snapshot, (await cli.LineAsync("backup snapshots -o name")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("note.conf.blob\nindex.json.blob\n", (await cli.LineAsync($"backup snapshot files {snapshot} -o name")).Succeeded());
        (await cli.LineAsync($"backup snapshot notes update {snapshot} 'a note'")).Succeeded();
        Assert.Equal("a note\n", (await cli.LineAsync($"backup snapshot notes show {snapshot}")).Succeeded());
        (await cli.LineAsync($"backup snapshot protected update {snapshot} true")).Succeeded();
        Assert.True((await cli.JsonAsync($"backup snapshot protected show {snapshot}")).GetProperty("protected").GetBoolean());
        (await cli.LineAsync($"backup snapshot protected update {snapshot} false")).Succeeded();
        (await cli.LineAsync($"backup snapshot upload-log {snapshot} note.txt")).Succeeded();
        Assert.Contains("is a group, and this removes one snapshot", (await cli.LineAsync($"backup snapshot forget host/{id} --yes")).FailedWith(2), StringComparison.Ordinal);
        (await cli.LineAsync($"backup snapshot forget {snapshot} --yes")).Succeeded();
        (await cli.LineAsync($"backup snapshot list host/{id}")).FailedWith(5);
    }
}
