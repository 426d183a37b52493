using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What is always there, and what no file can make: the administrator, the server's own roles, and who holds permissions.</summary>
public sealed class StateOwnTests
{
    [Fact]
    public async Task Administrator_InAFile_IsComparedAsTheOthers()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("root.yaml", "prox: 1\nusers: [{userid: root@pam, email: root@example.com}]\n");

        Assert.Contains("change users root@pam", Differing(await cli.LineAsync("diff -f root.yaml")), StringComparison.Ordinal);
        (await cli.LineAsync("apply -f root.yaml --yes")).Succeeded();
        Assert.Contains("No differences", (await cli.LineAsync("diff -f root.yaml")).Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("root@pam", (await cli.LineAsync("export users")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuiltInRole_InAFile_IsRefusedBeforeAnythingIsSent()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("role.yaml", "prox: 1\nroles: [{roleid: PVEAdmin, privs: VM.Audit}, {roleid: Mine, privs: VM.Audit}]\n");

        Assert.Contains("blocked roles PVEAdmin: it is built into the server", Differing(await cli.LineAsync("diff -f role.yaml")), StringComparison.Ordinal);
        Assert.Contains("it is built into the server", (await cli.LineAsync("apply -f role.yaml --yes")).FailedWith(6), StringComparison.Ordinal);
        Assert.DoesNotContain("Mine", (await cli.LineAsync("export roles")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permission_OfATokenThatIsNotThere_IsLeftAndAllElseIsMade()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("acl.yaml", """
            prox: 1
            users: [{userid: new@pve, comment: new}]
            acl:
            - {path: /vms/100, type: token, ugid: "new@pve!gone", roleid: PVEAuditor}
            - {path: /vms/100, type: group, ugid: nobody, roleid: PVEAuditor}
            - {path: /vms/100, type: user, ugid: new@pve, roleid: PVEAuditor}
            - {path: /vms/100, type: token, ugid: "demo@pve!ci", roleid: PVEAuditor}

            """);

        string shown = Differing(await cli.LineAsync("diff -f acl.yaml"));
        Assert.Contains("blocked acl /vms/100 token new@pve!gone PVEAuditor: there is no token new@pve!gone", shown, StringComparison.Ordinal);
        Assert.Contains("blocked acl /vms/100 group nobody PVEAuditor: there is no group nobody", shown, StringComparison.Ordinal);

        CliRun run = await cli.LineAsync("apply -f acl.yaml --yes");

        run.FailedWithCode(1);
        Assert.Contains("prox access token create", run.Errors, StringComparison.Ordinal);
        string made = (await cli.LineAsync("export acl")).Succeeded();
        Assert.Contains("new@pve", made, StringComparison.Ordinal);
        Assert.Equal(2, made.Split("/vms/100").Length - 1);
    }

    private static string Differing(CliRun run)
    {
        run.FailedWithCode(1);
        return run.Output;
    }
}
