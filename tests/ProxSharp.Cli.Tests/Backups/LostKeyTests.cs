using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>A key that is lost, and the master key that brings it back.</summary>
public sealed class LostKeyTests
{
    private static readonly DateTimeOffset s_created = new(2024, 5, 1, 10, 11, 12, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MasterKey_WithoutTheKey_BringsTheBackupBack(bool fromDirectory)
    {
        using CliHarness cli = new CliHarness().With("MASTER", "master passphrase");
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        cli.MakeTree();
        await BackUpAndLoseTheKeyAsync(cli);
        string store = fromDirectory ? "--store-directory stores/store1" : "";

        // Without a key nothing else is read.
        Assert.Contains("no key was given", (await cli.LineAsync($"backup restore host/web root.pxar out {store}")).FailedWith(4), StringComparison.Ordinal);
        Assert.Contains("no key was given", (await cli.LineAsync($"backup cat host/web index.json {store}")).FailedWith(4), StringComparison.Ordinal);
        (await cli.LineAsync($"backup restore host/web rsa-encrypted.key lost.rsa --verify {store}")).Succeeded();
        (await cli.LineAsync($"backup restore host/web rsa-encrypted.key.blob again.rsa {store}")).Succeeded();
        (await cli.LineAsync($"backup cat host/web rsa-encrypted.key {store}")).Succeeded();
        (await cli.LineAsync("backup key recover lost.rsa master-private.pem found.json --key-passphrase env:MASTER --kdf none")).Succeeded();
        (await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership --keyfile found.json {store}")).Succeeded();

        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
        Assert.Equal(s_created, KeyFile.Parse(File.ReadAllBytes(Path.Combine(cli.Home, "found.json"))).Created);
        Assert.Equal(File.ReadAllBytes(Path.Combine(cli.Home, "lost.rsa")), File.ReadAllBytes(Path.Combine(cli.Home, "again.rsa")));
    }

    [Fact]
    public async Task EncryptedKey_WithANewDefaultKey_IsReadStill()
    {
        using CliHarness cli = new CliHarness().With("MASTER", "master passphrase");
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        cli.MakeTree();
        await BackUpAndLoseTheKeyAsync(cli);
        (await cli.LineAsync("backup key create --new-passphrase env:MASTER --kdf pbkdf2")).Succeeded();
        (await cli.LineAsync("backup key create other.json --kdf none")).Succeeded();

        (await cli.LineAsync("backup restore host/web rsa-encrypted.key lost.rsa")).Succeeded();

        // A key that is named is checked.
        (await cli.LineAsync("backup restore host/web rsa-encrypted.key again.rsa --keyfile other.json")).FailedWith(4);
    }

    private static async Task BackUpAndLoseTheKeyAsync(CliHarness cli)
    {
        (await cli.LineAsync("backup key create-master . --new-passphrase env:MASTER")).Succeeded();
        using CryptConfig key = CryptConfig.CreateRandom();
        File.WriteAllBytes(Path.Combine(cli.Home, "key.json"), KeyFile.Create(key, KeyDerivationKind.None, default, s_created).ToJson());
        (await cli.LineAsync("backup create root.pxar:tree --backup-id web --keyfile key.json --master-pubkey-file master-public.pem")).Succeeded();
        File.Delete(Path.Combine(cli.Home, "key.json"));
    }
}
