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
