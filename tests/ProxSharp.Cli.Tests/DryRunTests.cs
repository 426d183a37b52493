using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary><c>--dry-run</c> where secrets are not fetched, and where what is there now is only read with the same parameters.</summary>
public sealed class DryRunTests(SimulatedCluster cluster, SimulatedBackupServer backup)
    : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    private const string Snapshot = "--backup-type vm --backup-id 100 --backup-time 1767232800";

    [Theory]
    [InlineData("access user create new@pve --password env:NOWHERE", "POST /access/users")]
    [InlineData("access password --userid demo@pve --password env:NOWHERE", "PUT /access/password")]
    [InlineData(
        "ct create mail --vmid 290 --node pve1 --ostemplate local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst --password env:NOWHERE",
        "POST /nodes/pve1/lxc")]
    [InlineData("vm agent set-user-password web-1 --username root --password env:NOWHERE", "POST /nodes/pve1/qemu/100/agent/set-user-password")]
    public async Task DryRun_OfASecretWithALeastLength_ShowsTheMaskedCall(string line, string call)
    {
        using CliHarness cli = await cluster.UserAsync();

        string shown = (await cli.LineAsync($"{line} --dry-run")).Succeeded();

        Assert.Contains(call, shown, StringComparison.Ordinal);
        Assert.Contains("password='***'", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pbs access user create new@pbs --password env:NOWHERE", "POST /access/users")]
    [InlineData("pbs access password --userid demo@pbs --password env:NOWHERE", "PUT /access/password")]
    [InlineData("tape key create --password env:NOWHERE --hint mine", "POST /config/tape-encryption-keys")]
    public async Task DryRun_OfASecretOfABackupServer_ShowsTheMaskedCall(string line, string call)
    {
        using CliHarness cli = await BackupUserAsync();

        string shown = (await cli.LineAsync($"{line} --dry-run")).Succeeded();

        Assert.Contains(call, shown, StringComparison.Ordinal);
        Assert.Contains("password='***'", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access user create new@pve --password env:SHORT", "password")]
    [InlineData("access user create new@pve --password env:SHORT --email nonsense --dry-run", "email")]
    [InlineData("access user create new@pve --password @short --dry-run", "password")]
    public async Task Call_WhatIsWrongBesideTheMask_IsRefused(string line, string parameter)
    {
        using CliHarness cli = (await cluster.UserAsync()).With("SHORT", "abc");
        cli.Write("short", "abc");

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains($"was not sent: {parameter}: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", error, StringComparison.Ordinal);
        (await cli.LineAsync("access user show new@pve")).FailedWithCode(5);
    }

    [Theory]
    [InlineData("group-notes set store1 --backup-type vm --backup-id 100 --notes mine", "notes", "mine")]
    [InlineData($"notes set store1 {Snapshot} --notes mine", "notes", "mine")]
    [InlineData($"protected set store1 {Snapshot} --protected", "protected", "1")]
    public async Task DryRun_OfWhatIsReadWithParameters_ShowsTheDifference(string line, string key, string to)
    {
        using CliHarness cli = await BackupUserAsync();

        using JsonDocument shown = JsonDocument.Parse((await cli.LineAsync($"datastore {line} --dry-run -o json")).Succeeded());

        JsonElement change = Assert.Single(shown.RootElement.GetProperty("data").GetProperty("changes").EnumerateArray());
        Assert.Equal(key, change.GetProperty("key").GetString());
        Assert.Equal(to, change.GetProperty("to").GetString());
        Assert.NotEqual(to, change.GetProperty("from").GetString());
    }

    [Theory]
    [InlineData("", """{"ignore-verified":"false"}""")]
    [InlineData("--ignore-verified", """{"ignore-verified":"true"}""")]
    [InlineData("--outdated-after 30", """{"ignore-verified":"true","outdated-after":"30"}""")]
    [InlineData("host/laptop", """{"backup-type":"host","backup-id":"laptop","ignore-verified":"false"}""")]
    [InlineData("vm/100/2026-01-01T02:00:00Z", """{"backup-type":"vm","backup-id":"100","backup-time":"1767232800","ignore-verified":"false"}""")]
    public async Task DryRun_OfAVerification_ShowsTheCallAndStartsNothing(string what, string parameters)
    {
        using CliHarness cli = await BackupUserAsync();

        using JsonDocument shown = JsonDocument.Parse((await cli.LineAsync($"backup verify {what} --datastore store1 --dry-run -o json")).Succeeded());

        JsonElement call = Assert.Single(shown.RootElement.GetProperty("data").GetProperty("calls").EnumerateArray());
        Assert.Equal("/admin/datastore/store1/verify", call.GetProperty("path").GetString());
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(parameters).RootElement, call.GetProperty("parameters")), call.ToString());
        Assert.DoesNotContain("verif", (await cli.LineAsync("task list -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_OfAVerificationHere_SaysThatItOnlyReads()
    {
        using CliHarness cli = await BackupUserAsync();

        Assert.Contains("only read", (await cli.LineAsync("backup verify vm/100 --datastore store1 --local --dry-run")).FailedWith(2), StringComparison.Ordinal);
    }

    private async Task<CliHarness> BackupUserAsync()
    {
        CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        return cli;
    }
}
