using System.Buffers;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Snapshots from which somebody on the server took the signature away.</summary>
public sealed class UnsignedSnapshotTests
{
    private const string Key = "--keyfile key.json";

    [Theory]
    [InlineData("sign-only", "null")]
    [InlineData("sign-only", "gone")]
    [InlineData("encrypt", "null")]
    [InlineData("encrypt", "modes")]
    public async Task Read_SignatureTakenAway_IsRefusedWithTheKey(string mode, string change)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        cli.Uses(server);
        await BackUpAsync(cli, $"{Key} --crypt-mode {mode}");
        ChangeManifest(cli, manifest =>
        {
            manifest["signature"] = null;
            if (change == "gone")
            {
                manifest.Remove("signature");
            }

            foreach (JsonNode? file in change == "modes" ? manifest["files"]!.AsArray() : [])
            {
                file!["crypt-mode"] = "none";
            }
        });

        foreach (string line in (string[])["cat host/web c.conf", "restore host/web c.conf out", "verify host/web --local", "ls host/web"])
        {
            CliRun run = await cli.LineAsync($"backup {line} {Key}");
            Assert.Contains("has no signature: it was changed", run.FailedWith(1), StringComparison.Ordinal);
            Assert.Contains("--allow-unsigned", run.Errors, StringComparison.Ordinal);
            Assert.Equal("", run.Output);
        }

        Assert.Contains("\"signature\"", (await cli.LineAsync($"backup cat host/web c.conf {Key} -o json")).Errors, StringComparison.Ordinal);
        CliRun allowed = await cli.LineAsync($"backup ls host/web {Key} --allow-unsigned -o name");
        Assert.Contains("c.conf", allowed.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("warning: ", allowed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_NothingNamesAKey_WarnsThatItIsNotSigned()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        cli.Uses(server);
        await BackUpAsync(cli, "");

        CliRun with = await cli.LineAsync($"backup cat host/web c.conf {Key}");
        CliRun without = await cli.LineAsync("backup cat host/web c.conf");

        Assert.Equal("right\n", with.Succeeded());
        Assert.Contains("is not signed with the key", with.Errors, StringComparison.Ordinal);
        Assert.Equal("right\n", without.Succeeded());
        Assert.Equal("", without.Errors);
    }

    [Fact]
    public async Task Read_SignatureRequired_RefusesWhatWasNeverSigned()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        cli.Uses(server);
        await BackUpAsync(cli, "");
        (await cli.LineAsync($"backup create c.conf:c.conf --backup-id signed {Key} --crypt-mode sign-only")).Succeeded();

        foreach (string line in (string[])["cat host/web c.conf", "restore host/web c.conf out", "verify host/web --local", "ls host/web"])
        {
            CliRun run = await cli.LineAsync($"backup {line} {Key} --require-signature");
            Assert.Contains("has no signature", run.FailedWith(1), StringComparison.Ordinal);
            Assert.Equal("", run.Output);
        }

        Assert.Equal("right\n", (await cli.LineAsync($"backup cat host/signed c.conf {Key} --require-signature")).Succeeded());
        Assert.False(File.Exists(Path.Combine(cli.Home, "out")));
    }

    [Theory]
    [InlineData("cat host/web c.conf --keyfile key.json --require-signature --allow-unsigned", "contradict each other")]
    [InlineData("cat host/web c.conf --require-signature", "needs the key")]
    [InlineData("cat host/web rsa-encrypted.key --require-signature", "needs the key")]
    [InlineData("verify host/web --require-signature", "--local")]
    public async Task Read_SignatureRequiredWhereItCannotBe_IsRefused(string line, string expected)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        cli.Uses(server);
        await BackUpAsync(cli, "");

        Assert.Contains(expected, (await cli.LineAsync($"backup {line}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_PreviousLostItsSignature_IsNotReused()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        cli.Uses(server);
        await BackUpAsync(cli, $"{Key} --crypt-mode sign-only");
        ChangeManifest(cli, static manifest => manifest["signature"] = null);

        CliRun again = await cli.LineAsync($"backup create c.conf:c.conf --backup-id web --backup-time 2026-02-02T00:00:00Z {Key} --crypt-mode sign-only");

        again.Succeeded();
        Assert.Contains("its signature was taken away", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfCreate_NamesTheCryptMode()
    {
        using CliHarness cli = new();
        Assert.Contains("--crypt-mode", (await cli.LineAsync("backup create --help")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("--crypt-mode", (await cli.LineAsync("backup restore --help")).Succeeded(), StringComparison.Ordinal);
    }

    private static Task<PbsSimulator> StartAsync(CliHarness cli) => PbsSimulator.StartAsync(
        new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });

    private static async Task BackUpAsync(CliHarness cli, string options)
    {
        File.WriteAllText(Path.Combine(cli.Home, "c.conf"), "right\n");
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        (await cli.LineAsync($"backup create c.conf:c.conf --backup-id web --backup-time 2026-02-01T00:00:00Z {options}")).Succeeded();
    }

    private static void ChangeManifest(CliHarness cli, Action<JsonObject> change)
    {
        string path = Directory.EnumerateFiles(Path.Combine(cli.Home, "stores", "store1", "host", "web"), "index.json.blob", SearchOption.AllDirectories).Single();
        ArrayBufferWriter<byte> text = new();
        using DataBlobDecoder decoder = new();
        decoder.Decode(File.ReadAllBytes(path), text);
        JsonObject manifest = JsonNode.Parse(text.WrittenSpan)!.AsObject();
        change(manifest);
        ArrayBufferWriter<byte> blob = new();
        using DataBlobEncoder encoder = new();
        encoder.Encode(System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString()), blob);
        File.WriteAllBytes(path, blob.WrittenSpan.ToArray());
    }
}
