using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Public SSH keys are given as they are, or as a file: with an @ in front, or without as qm and pct take them.</summary>
public sealed class SshKeyValueTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE me@here";

    [Theory]
    [InlineData("vm set staging --sshkeys id.pub", "sshkeys")]
    [InlineData("vm set staging --sshkeys @id.pub", "sshkeys")]
    [InlineData("vm set staging --sshkeys '" + Key + "'", "sshkeys")]
    [InlineData("vm create x1 --node pve1 --sshkeys ./id.pub", "sshkeys")]
    [InlineData("ct create x2 --node pve1 --ostemplate local:vztmpl/x.tar.zst --ssh-public-keys id.pub", "ssh-public-keys")]
    public async Task Keys_AsTextOrFile_AreSent(string line, string parameter)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("id.pub", Key + "\n");

        using JsonDocument shown = JsonDocument.Parse((await cli.LineAsync($"{line} --dry-run -o json")).Succeeded());

        JsonElement call = Assert.Single(shown.RootElement.GetProperty("data").GetProperty("calls").EnumerateArray());
        // Proxmox: those of a VM travel percent-encoded.
        Assert.Equal(parameter == "sshkeys" ? Uri.EscapeDataString(Key) : Key, call.GetProperty("parameters").GetProperty(parameter).GetString());
    }

    [Fact]
    public async Task DryRun_KeysOfAVm_AreSentEncodedAndComparedAsTheyAreRead()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.RunAsync("vm", "set", "staging", "--sshkeys", "ssh-rsa OLD+/= me@there")).Succeeded();

        string shown = (await cli.RunAsync("vm", "set", "staging", "--sshkeys", Key, "--dry-run")).Succeeded();
        Assert.Contains($" sshkeys={Uri.EscapeDataString(Key)} ", shown, StringComparison.Ordinal);
        Assert.Contains($"  - sshkeys: ssh-rsa OLD+/= me@there\n  + sshkeys: {Key}\n", shown, StringComparison.Ordinal);
        cli.Write("keys.yaml", $"prox: 1\nguests: [{{vmid: 106, config: {{sshkeys: '{Key}'}}}}]\n");
        Assert.EndsWith(
            $"  - sshkeys: ssh-rsa OLD+/= me@there\n  + sshkeys: {Key}\n", (await cli.LineAsync("diff -f keys.yaml")).Output, StringComparison.Ordinal);

        (await cli.LineAsync("apply -f keys.yaml")).Succeeded();
        Assert.DoesNotContain("+ sshkeys", (await cli.RunAsync("vm", "set", "staging", "--sshkeys", Key, "--dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sshkeys missing.pub", "'missing.pub' is neither a public key nor a file")]
    [InlineData("--sshkeys private", "the file private holds no public key")]
    [InlineData("--sshkeys @private", "the file @private holds no public key")]
    [InlineData("--sshkeys @missing.pub", "The file missing.pub for sshkeys cannot be read")]
    public async Task Keys_NeitherKeyNorFile_AreAUsageError(string options, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("private", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n");

        Assert.Contains(expected.Replace("file @", "file ", StringComparison.Ordinal), (await cli.LineAsync($"vm set staging {options}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cipassword=secret1", true)]
    [InlineData("cipassword=@pw", false)]
    [InlineData("memory=512", false)]
    public async Task Api_SecretInTheLine_IsAWarning(string parameter, bool isSaid)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("pw", "secret1");

        CliRun run = await cli.LineAsync($"api set /nodes/pve1/qemu/106/config {parameter} --dry-run");

        run.Succeeded();
        Assert.Equal(isSaid, run.Errors.Contains("cipassword stands in the command line", StringComparison.Ordinal));
    }
}
