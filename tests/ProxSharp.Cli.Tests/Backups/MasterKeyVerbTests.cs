using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Master keys that openssl made, and such as cannot be used.</summary>
public sealed class MasterKeyVerbTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private static readonly DateTimeOffset s_created = new(2024, 5, 1, 10, 11, 12, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recover_PrivateKeyWithoutPassphrase_AsksForNone(bool pkcs1)
    {
        using CliHarness cli = new();
        using RSA rsa = RSA.Create(3072);
        using CryptConfig key = CryptConfig.CreateRandom();
        Prepare(cli, rsa, key);
        cli.Write("m.pem", pkcs1 ? rsa.ExportRSAPrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem());
        cli.With("UNUSED", "a passphrase");

        JsonElement found = await cli.JsonAsync("backup key recover lost.rsa m.pem found.json --kdf none");
        (await cli.LineAsync("backup key recover lost.rsa m.pem again.json --kdf none --key-passphrase env:UNUSED")).Succeeded();

        Assert.Equal(key.Fingerprint.ToString(), found.GetProperty("fingerprint").GetString());
        KeyFile written = KeyFile.Parse(await File.ReadAllBytesAsync(Path.Combine(cli.Home, "found.json"), TestContext.Current.CancellationToken));
        Assert.Equal(s_created, written.Created);
        Assert.True(written.Modified > s_created);
    }

    [Fact]
    public async Task Recover_WhatDoesNotFit_SaysWhatToNameInstead()
    {
        using CliHarness cli = new CliHarness().With("WRONG", "wrong passphrase");
        using RSA rsa = RSA.Create(3072);
        using RSA other = RSA.Create(3072);
        using RSA small = RSA.Create(2048);
        using CryptConfig key = CryptConfig.CreateRandom();
        Prepare(cli, rsa, key);
        cli.Write("m.pem", rsa.ExportPkcs8PrivateKeyPem());
        cli.Write("other.pem", other.ExportPkcs8PrivateKeyPem());
        cli.Write("small.pem", small.ExportPkcs8PrivateKeyPem());
        cli.Write("public.pem", rsa.ExportSubjectPublicKeyInfoPem());
        PbeParameters protection = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        cli.Write("two.pem", $"{rsa.ExportPkcs8PrivateKeyPem()}\n{other.ExportPkcs8PrivateKeyPem()}\n");
        cli.Write("locked.pem", rsa.ExportEncryptedPkcs8PrivateKeyPem("right", protection));

        await RefusedAsync(cli, "lost.rsa other.pem", 2, "another master key", "that the backup was made with");
        await RefusedAsync(cli, "lost.rsa small.pem", 2, "2048 bits", "that the backup was made with");
        await RefusedAsync(cli, "m.pem m.pem", 2, "this master key of 3072 bits", "rsa-encrypted.key FILE");
        await RefusedAsync(cli, "lost.rsa public.pem", 2, "no RSA private key", "master-private.pem");
        await RefusedAsync(cli, "lost.rsa lost.rsa", 2, "no RSA private key", "master-private.pem");
        await RefusedAsync(cli, "lost.rsa two.pem", 2, "two.pem holds 2 private keys", "master-private.pem");
        await RefusedAsync(cli, "lost.rsa locked.pem --key-passphrase env:WRONG", 4, "does not open the master key", "Give its own passphrase");
        await RefusedAsync(cli, "lost.rsa locked.pem", 4, "has a passphrase", "--key-passphrase");
        Assert.False(File.Exists(Path.Combine(cli.Home, "found.json")));
    }

    [Fact]
    public async Task PublicHalf_WhatDoesNotFit_IsRefusedBeforeAnythingIsSent()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        using RSA small = RSA.Create(2048);
        cli.Write("small.pem", small.ExportSubjectPublicKeyInfoPem());
        cli.Write("note.txt", "a note\n");
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        string id = BackupUser.NewId();

        string imported = (await cli.LineAsync("backup key import-master small.pem")).FailedWith(2);
        string created = (await cli.LineAsync(
            $"backup create note.conf:note.txt --backup-id {id} --keyfile key.json --master-pubkey-file small.pem")).FailedWith(2);
        string none = (await cli.LineAsync("backup key import-master note.txt")).FailedWith(2);

        Assert.All((string[])[imported, created], static error =>
        {
            Assert.Contains("has 2048 bits; to hold the key of a backup it needs 3072 at least", error, StringComparison.Ordinal);
            Assert.Contains("prox backup key create-master DIRECTORY", error, StringComparison.Ordinal);
        });
        Assert.Contains("note.txt holds no RSA public key", none, StringComparison.Ordinal);
        (await cli.LineAsync($"backup list host/{id}")).FailedWith(5);
    }

    [Fact]
    public async Task CreateMaster_OneHalfExists_WritesNeither()
    {
        using CliHarness cli = new CliHarness().With("MASTER", "master passphrase");
        cli.Write("master-public.pem", "mine\n");

        (await cli.LineAsync("backup key create-master . --new-passphrase env:MASTER")).FailedWith(6);

        Assert.False(File.Exists(Path.Combine(cli.Home, "master-private.pem")));
    }

    [Fact]
    public async Task CreateMaster_WithoutADirectory_WritesToTheWorkingDirectory()
    {
        using CliHarness cli = new CliHarness().With("MASTER", "master passphrase");

        (await cli.LineAsync("backup key create-master-key --new-passphrase env:MASTER")).Succeeded();

        Assert.True(File.Exists(Path.Combine(cli.Home, "master-private.pem")));
        Assert.True(File.Exists(Path.Combine(cli.Home, "master-public.pem")));
    }

    [Fact]
    public async Task AnyKey_InDerForm_SaysHowToConvertIt()
    {
        using CliHarness cli = new();
        using RSA rsa = RSA.Create(3072);
        using CryptConfig key = CryptConfig.CreateRandom();
        Prepare(cli, rsa, key);
        File.WriteAllBytes(Path.Combine(cli.Home, "m.der"), rsa.ExportPkcs8PrivateKey());
        File.WriteAllBytes(Path.Combine(cli.Home, "p.der"), rsa.ExportSubjectPublicKeyInfo());

        await RefusedAsync(cli, "lost.rsa m.der", 2, "in DER form", "openssl pkey -inform der");
        Assert.Contains("-pubin", (await cli.LineAsync("backup key import-master p.der")).FailedWith(2), StringComparison.Ordinal);
    }

    /// <summary>None of them is waited for, or read without an end.</summary>
    [Theory]
    [InlineData("backup key recover pipe pipe found.json --kdf none", "named pipe")]
    [InlineData("backup key recover lost.rsa pipe found.json --kdf none", "named pipe")]
    [InlineData("backup key recover /dev/zero lost.rsa found.json --kdf none", "a device or a socket")]
    [InlineData("backup key recover lost.rsa /dev/zero found.json --kdf none", "a device or a socket")]
    [InlineData("backup key import-master pipe", "named pipe")]
    [InlineData("backup key import-master /dev/zero", "a device or a socket")]
    [InlineData("backup key import-master long", "more than 1048576 bytes")]
    [InlineData("backup key show pipe", "named pipe")]
    [InlineData("backup key show long", "more than 1048576 bytes")]
    [InlineData("backup create a.conf:lost.rsa --keyfile pipe", "named pipe")]
    [InlineData("backup create a.conf:lost.rsa --keyfile /dev/zero", "a device or a socket")]
    [InlineData("backup create a.conf:lost.rsa --keyfile key.json --master-pubkey-file pipe", "named pipe")]
    [InlineData("backup create a.conf:lost.rsa --keyfile key.json --master-pubkey-file /dev/zero", "a device or a socket")]
    [InlineData("backup upload-log {snapshot} pipe", "named pipe")]
    [InlineData("backup upload-log {snapshot} /dev/zero", "a device or a socket")]
    [InlineData("backup upload-log {snapshot} note.txt --keyfile pipe", "named pipe")]
    [InlineData("backup key recover lost.rsa . found.json --kdf none", "is a directory")]
    [InlineData("backup key recover . lost.rsa found.json --kdf none", "is a directory")]
    [InlineData("backup key import-master .", "is a directory")]
    [InlineData("backup key show .", "is a directory")]
    [InlineData("backup create a.conf:lost.rsa --keyfile .", "is a directory")]
    [InlineData("backup create a.conf:lost.rsa --keyfile key.json --master-pubkey-file .", "is a directory")]
    [InlineData("backup upload-log {snapshot} .", "is a directory")]
    public async Task AnyFile_WithoutEnd_IsRefused(string line, string why)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Pipes with names are a matter of Linux.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string id = BackupUser.NewId();
        cli.Write("note.txt", "a note\n");
        cli.Write("lost.rsa", "a note\n");
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {id}")).Succeeded();
        cli.Write("long", new string(' ', (1 << 20) + 1));
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(cli.Home, "pipe")]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        string error = (await cli.LineAsync(line.Replace("{snapshot}", $"host/{id}", StringComparison.Ordinal))).FailedWith(1);

        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(CliHarness cli, string words, int exitCode, string what, string advice)
    {
        string error = (await cli.LineAsync($"backup key recover {words.Replace(" --", " found.json --kdf none --", StringComparison.Ordinal)}"
            + (words.Contains("--", StringComparison.Ordinal) ? "" : " found.json --kdf none"))).FailedWith(exitCode);
        Assert.Contains(what, error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Give the key the backup was made with", error, StringComparison.Ordinal);
    }

    private static void Prepare(CliHarness cli, RSA rsa, CryptConfig key)
    {
        using MasterPublicKey half = MasterPublicKey.Parse(rsa.ExportSubjectPublicKeyInfoPem());
        File.WriteAllBytes(Path.Combine(cli.Home, "lost.rsa"), half.Encrypt(key, s_created, s_created));
    }
}
