using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Lists leave out what a user may not see: files neither take it for missing nor leave it out in silence.</summary>
public sealed class StateSightTests
{
    private const string Password = "limited-password";

    [Theory]
    [InlineData("pools: [{poolid: production, comment: x}]", "Pool.Audit on /pool/production")]
    [InlineData("storages: [{storage: local, type: dir, path: /var/lib/vz}]", "Datastore.Audit on /storage/local")]
    [InlineData("users: [{userid: demo@pve, comment: x}]", "Sys.Audit on /access/groups")]
    [InlineData("groups: [{groupid: ops}]", "Sys.Audit on /access/groups/ops")]
    [InlineData("acl: [{path: /vms, type: user, ugid: demo@pve, roleid: PVEAuditor}]", "Permissions.Modify on /vms")]
    [InlineData("guests: [{vmid: 106, node: pve1}]", "VM.Audit on /vms/106")]
    [InlineData("guests: [{vmid: 106, config: {memory: 1024}}]", "VM.Audit on /vms/106")]
    [InlineData("guests: [{vmid: 200, config: {hostname: dns}}]", "VM.Audit on /vms/200")]
    [InlineData("guests: [{vmid: 500, clone: 9000}]", "VM.Audit on /vms/9000")]
    [InlineData("guests: [{vmid: 500, node: pve1, clone: {source: debian-13-template}}]", "VM.Audit on /vms")]
    [InlineData("guests: [{name: staging, config: {memory: 1024}}]", "VM.Audit on /vms")]
    [InlineData("pools: [{poolid: mine, vms: [staging]}]", "VM.Audit on /vms")]
    [InlineData("ha: {resources: [{sid: 106}]}", "VM.Audit on /vms/106")]
    [InlineData("firewall: {guests: [{vmid: 106, options: {enable: 1}}]}", "VM.Audit on /vms/106")]
    public async Task Apply_WhatMayBeThereUnseen_IsRefusedWithThePrivilege(string section, string need)
    {
        await using PveSimulator simulator = await StartAsync(static cluster => cluster.Grant("/nodes", "limited@pve", "PVEAuditor"));
        using CliHarness cli = await LimitedAsync(simulator);
        cli.Write("unseen.yaml", $"prox: 1\n{section}\n");

        CliRun diff = await cli.LineAsync("diff -f unseen.yaml -o json");
        Assert.Equal(4, diff.ExitCode);
        Assert.Contains($"\"need\":[\"{need}\"]", diff.Errors, StringComparison.Ordinal);
        Assert.Contains(need, (await cli.LineAsync("apply -f unseen.yaml --yes")).FailedWith(4), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{vmid: 500}", "Guest 500 is not there, and the file does not say on which node to make it")]
    [InlineData("{vmid: 500, clone: 7777}", "Guest 500 is to be a copy of '7777', which is not there")]
    public async Task Apply_WhatIsCertainlyNotThere_IsToldSo(string guest, string error)
    {
        await using PveSimulator simulator = await StartAsync(static cluster => cluster.Grant("/pool/production", "limited@pve", "PVEVMAdmin"));
        using CliHarness cli = await LimitedAsync(simulator);
        cli.Write("new.yaml", $"prox: 1\nguests: [{guest}]\n");

        Assert.Contains(error, (await cli.LineAsync("diff -f new.yaml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_SeveralNamesThatAreNotSeen_NamesAllOfThem()
    {
        await using PveSimulator simulator = await StartAsync(static cluster => cluster.Grant("/pool/production", "limited@pve", "PVEVMAdmin"));
        using CliHarness cli = await LimitedAsync(simulator);
        cli.Write("names.yaml", "prox: 1\nguests: [{name: web-1, config: {memory: 1024}}, {name: staging}, {name: wiki}]\n");

        string error = (await cli.LineAsync("diff -f names.yaml")).FailedWith(4);

        Assert.Contains("may not see whether these are there: guests staging; guests wiki.", error, StringComparison.Ordinal);
        Assert.Contains("A new guest needs a number: vmid: 100. Missing: VM.Audit on /vms", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_WhatIsSeenByARightOfItsOwn_IsMade()
    {
        await using PveSimulator simulator = await StartAsync(static cluster => cluster.Grant("/pool/mine", "limited@pve", "PVEPoolAdmin"));
        using CliHarness cli = await LimitedAsync(simulator);
        cli.Write("mine.yaml", "prox: 1\npools: [{poolid: mine, comment: x}]\n");

        (await cli.LineAsync("apply -f mine.yaml")).Succeeded();
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f mine.yaml")).Errors);
        Assert.Contains(
            "pools --prune: what this user or token may not see stays, for it lacks Pool.Audit on /pool\n",
            (await cli.LineAsync("diff -f mine.yaml --prune")).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{guests: []}", true)]
    [InlineData("{nodes: []}", false)]
    public async Task Prune_FirewallsOfGuestsThatMayBeUnseen_SaysWhatStays(string section, bool isTold)
    {
        await using PveSimulator simulator = await StartAsync(static cluster =>
        {
            cluster.Grant("/vms/106", "limited@pve", "PVEAuditor");
            cluster.Grant("/nodes", "limited@pve", "PVEAuditor");
        });
        using CliHarness cli = await LimitedAsync(simulator);
        cli.Write("none.yaml", $"prox: 1\nfirewall: {section}\n");

        CliRun run = await cli.LineAsync("diff -f none.yaml --prune");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(isTold, run.Errors.Contains("it lacks VM.Audit on /vms\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_OfAPart_SaysWhatIsMissing()
    {
        await using PveSimulator simulator = await StartAsync(static cluster => cluster.Grant("/pool/production", "limited@pve", "PVEAuditor"));
        using CliHarness cli = await LimitedAsync(simulator);

        CliRun part = await cli.LineAsync("export roles pools storages");

        Assert.Contains("poolid: production", part.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("pools: only what this user or token may see is written, for it lacks Pool.Audit on /pool", part.Errors, StringComparison.Ordinal);
        Assert.Contains("lacks Datastore.Audit on /storage", part.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("roles:", part.Errors, StringComparison.Ordinal);
        Assert.Contains("leave the section 'ha' out", (await cli.LineAsync("export")).FailedWith(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WhoSeesAll_IsToldNothing()
    {
        await using PveSimulator simulator = await StartAsync(static cluster => cluster.Grant("/", "limited@pve", "PVEAuditor"));
        using CliHarness cli = await LimitedAsync(simulator);

        CliRun whole = await cli.LineAsync("export");

        Assert.Contains("poolid: production", whole.Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", whole.Errors);
    }

    private static Task<PveSimulator> StartAsync(Action<ClusterBuilder> grant) => PveSimulator.StartAsync(
        new PveSimulatorOptions
        {
            Delays = false,
            Scenario = cluster =>
            {
                DefaultCluster.Build(cluster);
                cluster.AddUser("limited@pve", Password);
                grant(cluster);
            },
        },
        TestContext.Current.CancellationToken);

    private static async Task<CliHarness> LimitedAsync(PveSimulator simulator)
    {
        CliHarness cli = new CliHarness().With("LIMITED_PASSWORD", Password);
        (await cli.RunAsync(
            "context", "add", "limited", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--user", "limited@pve", "--secret", "env:LIMITED_PASSWORD",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        return cli;
    }
}
