using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Encryption keys: files, passphrases that are typed, and master keys.</summary>
public sealed class KeyVerbTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("scrypt")]
    [InlineData("pbkdf2")]
    [InlineData("none")]
    public async Task Create_EachProtection_IsShownAndReadAgain(string kind)
    {
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase").With("OTHER", "another one");
        string secret = kind == "none" ? "" : "--new-passphrase env:NEW";

        JsonElement made = await cli.JsonAsync($"backup key create key.json --kdf {kind} {secret} --hint 'the usual'");
        string fingerprint = made.GetProperty("fingerprint").GetString()!;

        Assert.Equal((kind, "the usual"), (made.GetProperty("kdf").GetString(), made.GetProperty("hint").GetString()));
        Assert.Equal(fingerprint, (await cli.JsonAsync("backup key show key.json")).GetProperty("fingerprint").GetString());
        Assert.Equal($"{fingerprint}\n", (await cli.LineAsync("backup key show-fingerprint key.json")).Succeeded());
        string paper = (await cli.LineAsync("backup key paper key.json --subject 'Web servers'")).Succeeded();
        Assert.Contains("Subject: Web servers", paper, StringComparison.Ordinal);
        Assert.Contains(fingerprint, paper, StringComparison.Ordinal);
        string old = kind == "none" ? "" : "--key-passphrase env:NEW";
        JsonElement changed = await cli.JsonAsync($"backup key change-passphrase key.json {old} --new-passphrase env:OTHER --kdf scrypt");
        Assert.Equal((fingerprint, "scrypt"), (changed.GetProperty("fingerprint").GetString(), changed.GetProperty("kdf").GetString()));
        Assert.False(File.Exists(Path.Combine(cli.Home, "key.json.new")));
    }

    [Theory]
    [InlineData("paper --format html", true)]
    [InlineData("paperkey", true)]
    [InlineData("paperkey --output-format html", true)]
    [InlineData("paperkey --output-format text", false)]
    [InlineData("paperkey --output-format=text", false)]
    [InlineData("paperkey --format text", false)]
    [InlineData("paper", false)]
    public async Task Paper_HasTheFormThatIsAskedFor(string words, bool isPage)
    {
        using CliHarness cli = new();
        await cli.LineAsync("backup key create key.json --kdf none");
        string page = (await cli.LineAsync($"backup key {words} key.json --subject '<b>&'")).Succeeded();
        Assert.StartsWith(isPage ? "<!DOCTYPE html>" : "Subject: <b>&\n\n-----BEGIN PROXMOX BACKUP KEY-----\n{", page, StringComparison.Ordinal);
        Assert.Equal(isPage, page.Contains("<h1>&lt;b&gt;&amp;</h1>", StringComparison.Ordinal));
        Assert.Contains("-----END PROXMOX BACKUP KEY-----", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paper_OfAPrivateMasterKey_NumbersItsLines()
    {
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase");
        (await cli.LineAsync("backup key create-master-key --new-passphrase env:NEW")).Succeeded();
        string file = Path.Combine(cli.Home, "master-private.pem");
        string[] lines = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).TrimEnd().Split('\n');
        Assert.StartsWith(string.Join('\n', lines), (await cli.LineAsync("backup key paper master-private.pem")).Succeeded(), StringComparison.Ordinal);
        string page = (await cli.LineAsync("backup key paperkey master-private.pem")).Succeeded();
        Assert.Contains($"  1: {lines[0]}\n  2: ", page, StringComparison.Ordinal);
        Assert.Contains($"{lines.Length}: {lines[^1]}\n</pre>", page, StringComparison.Ordinal);
        Assert.Equal((lines.Length + 19) / 20, page.Split("<section>").Length - 1);
    }

    [Fact]
    public async Task Paper_OfAnotherFile_IsRefused()
    {
        using CliHarness cli = new();
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "notes.txt"), "no key", TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await cli.LineAsync("backup key paper notes.txt")).ExitCode);
    }

    [Fact]
    public async Task Create_WithoutAName_IsTheDefaultKeyOfTheOfficialClient()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();

        (await cli.LineAsync("backup key create --kdf none")).Succeeded();
        JsonElement made = await cli.JsonAsync($"backup create note.conf:note.txt --backup-id {id}");

        Assert.True(File.Exists(Path.Combine(cli.Home, ".config", "proxmox-backup", "encryption-key.json")));
        Assert.Equal((await cli.LineAsync("backup key show-fingerprint")).Succeeded().Trim(), made.GetProperty("key-fingerprint").GetString());
        (await cli.LineAsync("backup key create --kdf none")).FailedWith(6);
        JsonElement plain = await cli.JsonAsync($"backup create note.conf:note.txt --backup-id {id}-plain --crypt-mode none");
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("key-fingerprint").ValueKind);
    }

    [Fact]
    public async Task Create_AtATerminal_AsksTwice()
    {
        using CliHarness cli = new() { TerminalWidth = 100, Input = "a passphrase\na passphrase\n" };

        CliRun run = await cli.LineAsync("backup key create key.json");

        run.Succeeded();
        Assert.StartsWith("New passphrase: The same again: ", run.Errors, StringComparison.Ordinal);
        cli.With("PBS_ENCRYPTION_PASSWORD", "a passphrase");
        (await cli.LineAsync("backup key change-passphrase key.json --kdf none")).Succeeded();
    }

    [Fact]
    public async Task Create_WithoutATerminal_TakesThePassphraseOfTheOfficialClient()
    {
        using CliHarness cli = new CliHarness().With("PBS_ENCRYPTION_PASSWORD", "a passphrase");

        (await cli.LineAsync("backup key create key.json --kdf pbkdf2")).Succeeded();
        (await cli.LineAsync("backup key change-passphrase key.json")).FailedWith(4);
        (await cli.LineAsync("backup key change-passphrase key.json --kdf none")).Succeeded();

        cli.With("PBS_ENCRYPTION_PASSWORD", "abc");
        (await cli.LineAsync("backup key create short.json --kdf pbkdf2")).FailedWith(2);
    }

    [Theory]
    [InlineData("a passphrase\nanother one\n", "differ")]
    [InlineData("abcd\nabcd\n", "too short")]
    public async Task Create_PassphraseThatCannotBe_WritesNothing(string typed, string expected)
    {
        using CliHarness cli = new() { TerminalWidth = 100, Input = typed };

        CliRun run = await cli.LineAsync("backup key create key.json");

        run.FailedWithCode(2);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Home, "key.json")));
    }

    [Fact]
    public async Task Backup_AtATerminal_AsksForPasswordAndPassphrase()
    {
        using CliHarness maker = new CliHarness().With("NEW", "a passphrase");
        (await maker.LineAsync("backup key create key.json --new-passphrase env:NEW --kdf pbkdf2")).Succeeded();
        string key = await File.ReadAllTextAsync(Path.Combine(maker.Home, "key.json"), TestContext.Current.CancellationToken);
        using CliHarness cli = new()
        {
            TerminalWidth = 100,
            Input = $"{Simulator.Scenarios.DefaultBackupServer.TokenSecret}\na passphrase\n",
        };
        cli.With("PBS_REPOSITORY", backup.Simulator.Repository()).With("PBS_FINGERPRINT", backup.Simulator.Fingerprint);
        cli.Write("key.json", key);
        cli.Write("note.txt", "a note\n");

        CliRun run = await cli.LineAsync($"backup create note.conf:note.txt --backup-id {BackupUser.NewId()} --keyfile key.json -o name");

        run.Succeeded();
        Assert.Contains("Password or token secret of demo@pbs!ci: Passphrase of ", run.Errors, StringComparison.Ordinal);
        cli.Input = $"{Simulator.Scenarios.DefaultBackupServer.TokenSecret}\nthe wrong one\n";
        (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {BackupUser.NewId()} --keyfile key.json")).FailedWithCode(4);
    }

    [Fact]
    public async Task MasterKey_ImportedAndLostKey_BringsTheBackupBack()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator).With("MASTER", "master passphrase");
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync("backup key create --kdf none")).Succeeded();
        Directory.CreateDirectory(Path.Combine(cli.Home, "safe"));
        (await cli.LineAsync("backup key create-master safe --new-passphrase env:MASTER")).Succeeded();
        (await cli.LineAsync("backup key import-master-pubkey safe/master-public.pem")).Succeeded();
        string fingerprint = (await cli.LineAsync("backup key show-fingerprint")).Succeeded();
        (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {id}")).Succeeded();
        (await cli.LineAsync($"backup restore host/{id} rsa-encrypted.key lost.rsa")).Succeeded();

        File.Delete(Path.Combine(cli.Home, ".config", "proxmox-backup", "encryption-key.json"));
        (await cli.LineAsync($"backup cat host/{id} note.conf")).FailedWith(4);
        (await cli.LineAsync("backup key recover lost.rsa safe/master-private.pem found.json --key-passphrase env:NOTHING --kdf none")).FailedWith(4);
        cli.With("WRONG", "wrong passphrase");
        (await cli.LineAsync("backup key recover lost.rsa safe/master-private.pem found.json --key-passphrase env:WRONG --kdf none")).FailedWith(4);
        (await cli.LineAsync("backup key import-with-master-key lost.rsa safe/master-private.pem found.json --key-passphrase env:MASTER --kdf none")).Succeeded();
        const string Options = "--master-keyfile safe/master-private.pem --encrypted-keyfile=lost.rsa --key-passphrase env:MASTER --kdf none";
        (await cli.LineAsync($"backup key import-with-master-key official.json {Options}")).Succeeded();

        Assert.Equal(fingerprint, (await cli.LineAsync("backup key show-fingerprint found.json")).Succeeded());
        Assert.Equal(fingerprint, (await cli.LineAsync("backup key show-fingerprint official.json")).Succeeded());
        Assert.Equal("a note\n", (await cli.LineAsync($"backup cat host/{id} note.conf --keyfile found.json")).Succeeded());
        (await cli.LineAsync("backup key recover nowhere.rsa safe/master-private.pem again.json --key-passphrase env:MASTER --kdf none")).FailedWith(5);
        (await cli.LineAsync("backup key import-master nowhere.pem")).FailedWith(5);
        (await cli.LineAsync("backup key create-master safe --new-passphrase env:MASTER")).FailedWith(6);
    }

    [Fact]
    public async Task WriteNew_ThatFails_LeavesNoPartOfAKey()
    {
        using CliHarness cli = new();
        string path = Path.Combine(cli.Home, "key.json");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => KeyNoun.WriteNewAsync(path, new byte[100], new CancellationToken(canceled: true)));

        Assert.False(Path.Exists(path));
        await KeyNoun.WriteNewAsync(path, new byte[100], TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<CliException>(() => KeyNoun.WriteNewAsync(path, new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(100, new FileInfo(path).Length);
    }

    [Fact]
    public async Task ChangePassphrase_OfALink_KeepsItAndWhatLiesBeside()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase");
        Directory.CreateDirectory(Path.Combine(cli.Home, "safe"));
        (await cli.LineAsync("backup key create safe/key.json --kdf none")).Succeeded();
        File.CreateSymbolicLink(Path.Combine(cli.Home, "key.json"), Path.Combine("safe", "key.json"));
        cli.Write("safe/key.json.new", "mine\n");

        (await cli.LineAsync("backup key change-passphrase key.json --new-passphrase env:NEW --kdf pbkdf2")).Succeeded();

        Assert.NotNull(new FileInfo(Path.Combine(cli.Home, "key.json")).LinkTarget);
        Assert.Equal("pbkdf2", (await cli.JsonAsync("backup key show safe/key.json")).GetProperty("kdf").GetString());
        Assert.Equal(["key.json", "key.json.new"], cli.ReadTree("safe").Keys);
        Assert.Equal("mine\n", cli.ReadTree("safe")["key.json.new"]);
    }

    [Fact]
    public async Task ChangePassphrase_OfALinkInALinkedDirectory_ReplacesWhatItLeadsTo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Links are followed by the system on Linux.");
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase");
        Directory.CreateDirectory(Path.Combine(cli.Home, "data", "keys"));
        Directory.CreateDirectory(Path.Combine(cli.Home, "data", "configuration"));
        (await cli.LineAsync("backup key create data/keys/key.json --kdf none")).Succeeded();
        File.CreateSymbolicLink(Path.Combine(cli.Home, "data", "configuration", "key.json"), "../keys/key.json");
        File.CreateSymbolicLink(Path.Combine(cli.Home, "linked"), "data/configuration");
        Directory.CreateDirectory(Path.Combine(cli.Home, "keys"));
        string other = cli.Write("keys/key.json", "another file\n");

        (await cli.LineAsync("backup key change-passphrase linked/key.json --new-passphrase env:NEW --kdf pbkdf2")).Succeeded();

        Assert.Equal("pbkdf2", (await cli.JsonAsync("backup key show data/keys/key.json")).GetProperty("kdf").GetString());
        Assert.Equal("another file\n", await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken));
        Assert.Equal(["key.json"], cli.ReadTree("data/keys").Keys);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task ChangePassphrase_OfAFileForAGroup_KeepsItsModeAndTellsOfOtherNames()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The number of names is known on Linux.");
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase").With("LATER", "another one");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        string key = Path.Combine(cli.Home, "key.json");
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        File.SetUnixFileMode(key, Mode);

        CliRun alone = await cli.LineAsync("backup key change-passphrase key.json --new-passphrase env:NEW --kdf pbkdf2");
        await RunAsync("ln", key, $"{key}.other");
        CliRun linked = await cli.LineAsync("backup key change-passphrase key.json --key-passphrase env:NEW --new-passphrase env:LATER --kdf pbkdf2");

        alone.Succeeded();
        linked.Succeeded();
        Assert.Equal(Mode, File.GetUnixFileMode(key));
        Assert.DoesNotContain("hard links", alone.Errors, StringComparison.Ordinal);
        Assert.Contains("key.json has 1 other name (hard links)", linked.Errors, StringComparison.Ordinal);
        (await cli.LineAsync("backup key change-passphrase key.json.other --key-passphrase env:NEW --kdf none")).Succeeded();
    }

    [Fact]
    public async Task ChangePassphrase_ByRoot_KeepsTheOwner()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files to others.");
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase");
        string key = Path.Combine(cli.Home, "key.json");
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        await RunAsync("chown", "1234:2345", key);
        await RunAsync("chmod", "640", key);

        (await cli.LineAsync("backup key change-passphrase key.json --new-passphrase env:NEW --kdf pbkdf2")).Succeeded();

        Assert.Equal("1234:2345 640", await RunAsync("stat", "-c", "%u:%g %a", key));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Trim();
    }

    [Fact]
    public async Task KeyFile_ThatWasChanged_IsBlamedItself()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        string fingerprint = (await cli.LineAsync("backup key show-fingerprint key.json")).Succeeded().Trim();
        string text = await File.ReadAllTextAsync(Path.Combine(cli.Home, "key.json"), TestContext.Current.CancellationToken);
        cli.Write("changed.json", text.Replace(fingerprint, $"{(fingerprint[0] == 'a' ? 'b' : 'a')}{fingerprint[1..]}", StringComparison.Ordinal));
        cli.Write("note.txt", "a note\n");

        foreach (string line in (string[])["key change-passphrase changed.json --kdf none", "create note.conf:note.txt --keyfile changed.json"])
        {
            string error = (await cli.LineAsync($"backup {line}")).FailedWith(1);
            Assert.Contains("changed.json was changed or is damaged", error, StringComparison.Ordinal);
            Assert.DoesNotContain("Proxmox API", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("create . --kdf none", 2, "is a folder, and a key is a file")]
    [InlineData("create key.json --kdf none --new-passphrase env:NEW", 2, "contradict each other")]
    [InlineData("create key.json --new-passphrase env:EMPTY", 4, "Put it there, or name another place.")]
    [InlineData("create nowhere/key.json --kdf none", 1, "there is no folder")]
    public async Task Create_WhatCannotBe_SaysWhy(string line, int exitCode, string expected)
    {
        using CliHarness cli = new CliHarness().With("NEW", "a passphrase").With("EMPTY", "");

        Assert.Contains(expected, (await cli.LineAsync($"backup key {line}")).FailedWith(exitCode), StringComparison.Ordinal);

        Assert.False(File.Exists(Path.Combine(cli.Home, "key.json")));
    }

    [Fact]
    public async Task Create_PassphraseFileOfOtherEditors_IsTheSamePassphrase()
    {
        using CliHarness cli = new();
        WriteSecret(cli, "lf.txt", "pässwörd\n"u8);
        WriteSecret(cli, "crlf.txt", "pässwörd\r\n"u8);
        WriteSecret(cli, "bom.txt", "\uFEFFpässwörd\r\n"u8);
        WriteSecret(cli, "latin.txt", [(byte)'p', 0xE4, (byte)'s', (byte)'s', (byte)'w', 0xF6, (byte)'r', (byte)'d', (byte)'\n']);
        (await cli.LineAsync("backup key create key.json --kdf pbkdf2 --new-passphrase file:crlf.txt")).Succeeded();

        foreach (string file in (string[])["lf", "crlf", "bom"])
        {
            (await cli.LineAsync($"backup key change-passphrase key.json --kdf pbkdf2 --key-passphrase file:{file}.txt --new-passphrase file:bom.txt")).Succeeded();
        }

        Assert.Contains(
            "no text in UTF-8",
            (await cli.LineAsync("backup key create other.json --kdf pbkdf2 --new-passphrase file:latin.txt")).FailedWith(4),
            StringComparison.Ordinal);
    }

    private static void WriteSecret(CliHarness cli, string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(cli.Home, name);
        File.WriteAllBytes(path, content.ToArray());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
