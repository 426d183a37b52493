using System.Globalization;
using System.Text.Json;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Tests;

/// <summary>What a sync job with <c>remove-vanished</c> no longer finds where it copies from, it removes where it copies to.</summary>
public sealed class VanishedBackupTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Move = "/admin/datastore/store1/move-group";
    private const string Laptop = "backup-type=host backup-id=laptop target-ns=customers";

    [Theory]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 max-depth=0", true)]
    [InlineData("store=offsite remote-store=store1 remote=here remove-vanished=1 max-depth=0", true)]
    [InlineData("store=offsite remote-store=store1 remote=far remove-vanished=1 max-depth=0", false)]
    [InlineData("store=store1 remote-store=offsite remote=far sync-direction=push remove-vanished=1 max-depth=0", true)]
    [InlineData("store=offsite remote-store=store1 max-depth=0", false)]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 remote-ns=customers", false)]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 max-depth=0 group-filter=type:vm", false)]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 max-depth=0 group-filter=exclude:group:host/laptop", false)]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 max-depth=0 group-filter=group:host/laptop", true)]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 max-depth=0 group-filter=regex:^host", true)]

    // It is copied from there as well, unless older ones are left out.
    [InlineData("store=offsite remote-store=store1 remove-vanished=1", false)]
    [InlineData("store=offsite remote-store=store1 remove-vanished=1 transfer-last=1", true)]

    // Where it comes to, a job removes what is no copy of its own.
    [InlineData("store=store1 ns=customers remote-store=offsite remove-vanished=1", true)]
    [InlineData("store=store1 ns=customers remote-store=offsite remote=far remove-vanished=1", true)]
    public async Task Group_ThatASyncJobNoLongerFinds_IsLostWhereItWasCopiedTo(string job, bool isLost)
    {
        await using GuardedBackupServer server = await StartAsync(job);
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", Move, Laptop)]);
        Assert.Equal(isLost ? OperationClass.Destructive : OperationClass.Disruptive, plan.Class);
        Assert.Equal(isLost, plan.Describe().Any(static line => line.Contains(MovedBackups.Why, StringComparison.Ordinal)));
        Assert.Equal(isLost, plan.Describe().Any(static line => line.Contains("removed by sync job copies", StringComparison.Ordinal)));
        Assert.Equal(plan.Id, server.Guard.Plans.Load(plan.Id).Id);
    }

    [Fact]
    public async Task Namespace_ThatASyncJobNoLongerFinds_IsLostWhereItWasCopiedTo()
    {
        await using GuardedBackupServer server = await StartAsync("store=offsite remote-store=store1 remote-ns=customers/acme remove-vanished=1");
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/datastore/store1/move-namespace", "ns=customers target-ns=clients")]);
        Assert.Equal(OperationClass.Destructive, plan.Class);
    }

    [Fact]
    public async Task Job_ThatComesAfterThePlan_EndsIt()
    {
        await using GuardedBackupServer server = await StartAsync("store=offsite remote-store=store1");
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", Move, Laptop)]);
        await server.Other.Raw.PutAsync("/config/sync/copies", TextPlans.Parameters("remove-vanished=1 max-depth=0"));
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Jobs_ThatCannotBeRead_MayRemoveAnything()
    {
        await using GuardedBackupServer server = await StartAsync("store=offsite remote-store=store1");
        server.Simulator.Faults.When(static request => request.Path.EndsWith("/config/sync", StringComparison.Ordinal), Fault.Status(403, "permission check failed"), 100);
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", Move, Laptop)]);
        Assert.Equal(OperationClass.Destructive, plan.Class);
    }

    [Theory]
    [InlineData("host=192.0.2.8", "store=store1 remote=far remote-store=offsite remove-vanished=1", true)]
    [InlineData("auth-id=demo@pbs", "store=store1 remote=far remote-store=offsite sync-direction=push remove-vanished=1", true)]
    [InlineData("comment=x", "store=store1 remote=far remote-store=offsite remove-vanished=1", false)]
    [InlineData("host=192.0.2.8", "store=store1 remote=far remote-store=offsite", false)]
    [InlineData("host=192.0.2.8", "store=store1 remote=here remote-store=offsite remove-vanished=1", false)]
    public async Task Remote_ThatBecomesAnother_HasOtherBackups(string change, string job, bool isLost)
    {
        await using GuardedBackupServer server = await StartAsync(job);
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("PUT", "/config/remote/far", change)]);
        Assert.Equal(isLost, plan.Classes.Contains(OperationClass.Destructive));
        Assert.Equal(isLost, plan.Describe()[1].EndsWith(MovedBackups.Why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_AfterTheMove_RemovesTheCopies()
    {
        await using GuardedBackupServer server = await StartAsync("store=offsite remote-store=store1 max-depth=0 remove-vanished=1 owner=root@pam");
        async Task<string?> RunAsync() => (await server.Other.Tasks[(await server.Other.Raw.PostAsync("/admin/sync/copies/run")).Data.GetString()!]
            .WaitForCompletionAsync(TaskWaitOptions.Default)).ExitStatus;
        async Task<bool> IsThereAsync() => (await server.Other.Raw.GetAsync("/admin/datastore/offsite/groups")).Data.EnumerateArray()
            .Any(static group => group.Text("backup-id") == "laptop");
        await RunAsync();
        Assert.True(await IsThereAsync());
        await server.Guard.ApplyAsync((await server.Guard.PlanAsync([TextPlans.Request("POST", Move, Laptop)])).Id);
        await RunAsync();
        Assert.False(await IsThereAsync());
    }

    [Fact]
    public async Task Run_AfterTheMoveOfANamespace_RemovesItThere()
    {
        await using GuardedBackupServer server = await StartAsync("store=offsite remote-store=store1 remove-vanished=1 owner=root@pam");
        async Task RunAsync() => await server.Other.Tasks[(await server.Other.Raw.PostAsync("/admin/sync/copies/run")).Data.GetString()!]
            .WaitForCompletionAsync(TaskWaitOptions.Default);
        async Task<string> NamespacesAsync() => string.Join(' ', (await server.Other.Raw.GetAsync("/admin/datastore/offsite/namespace")).Data.EnumerateArray()
            .Select(static entry => entry.Text("ns")));
        await RunAsync();
        Assert.Contains("customers", await NamespacesAsync(), StringComparison.Ordinal);
        await server.Guard.ApplyAsync(
            (await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/datastore/store1/move-namespace", "ns=customers target-ns=clients")])).Id);
        await RunAsync();
        Assert.DoesNotContain("customers", await NamespacesAsync(), StringComparison.Ordinal);
        Assert.Contains("clients", await NamespacesAsync(), StringComparison.Ordinal);
    }

    private static async Task<GuardedBackupServer> StartAsync(string job)
    {
        GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        foreach (JsonElement other in (await server.Other.Raw.GetAsync("/config/prune")).Data.EnumerateArray())
        {
            await server.Other.Raw.DeleteAsync($"/config/prune/{other.Text("id")}");
        }

        string port = server.Simulator.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
        string login = $"port={port} auth-id={DefaultBackupServer.TokenId} password={DefaultBackupServer.TokenSecret}";
        await server.Other.Raw.PostAsync("/config/remote", TextPlans.Parameters($"name=here host=127.0.0.1 {login}"));
        await server.Other.Raw.PostAsync("/config/remote", TextPlans.Parameters($"name=far host=192.0.2.7 {login}"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=copies {job}"));
        return server;
    }
}
