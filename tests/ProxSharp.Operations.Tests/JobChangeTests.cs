using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>
/// A change of when a job runs, or what it takes in, is as bad as the run that it leads to; and a job that makes copies is not switched off as if that were
/// nothing, in whatever way.
/// </summary>
public sealed class JobChangeTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"vmids":["7"]},
         "limits":{"targetsPerPlan":50},"approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    // What says how a copy is made, who hears of it and what it is called: the copy is made all the same. The rest is worse by a value of its own.
    private static readonly HashSet<string> s_harmless = new(StringComparer.Ordinal)
    {
        "comment", "compress", "delete", "digest", "ionice", "mailnotification", "notes-template", "notification-mode",
        "pbs-change-detection-mode", "performance", "pigz", "quiet", "zstd",
        "burst-in", "burst-out", "worker-threads",
    };

    [Theory]
    [InlineData(ProxmoxProduct.VirtualEnvironment, "/cluster/backup/{id}", 23)]
    [InlineData(ProxmoxProduct.VirtualEnvironment, "/cluster/replication/{id}", 4)]
    [InlineData(ProxmoxProduct.BackupServer, "/config/sync/{id}", 18)]
    [InlineData(ProxmoxProduct.BackupServer, "/config/tape-backup-job/{id}", 10)]
    public void Change_OfWhenWhatOrWhere_IsAtLeastDisruptive(ProxmoxProduct product, string path, int least)
    {
        OperationEntry entry = OperationCatalogue.For(product).Find(ApiMethod.Put, path);
        string[] names = [.. CatalogueTests.SchemaOf(product).Find(ApiMethod.Put, path)!.Parameters.Keys.Where(name => name != "id" && !s_harmless.Contains(name))];
        Assert.True(names.Length >= least, $"{names.Length} parameters");
        foreach (string name in names)
        {
            string[] values = name switch
            {
                // A mode in which the guest goes on, a copy that is kept, and one that takes nothing away.
                "mode" => ["stop", "suspend"],
                "protected" => ["0"],
                "remove" or "remove-vanished" or "resync-corrupt" or "unmount-on-done" or "stop" => ["1"],
                _ => ["x", "0", "1"],
            };
            Assert.All(values, value => Assert.True(
                entry.ClassOf(new ApiParameters { { name, value } }) >= OperationClass.Disruptive, $"{entry} with {name}={value} is reversible"));
        }
    }

    [Theory]
    [InlineData("/cluster/backup/{id}", "schedule vmid node pool all exclude storage enabled repeat-missed")]
    [InlineData("/cluster/replication/{id}", "schedule disable")]
    public void Deletion_OfWhenWhatOrWhere_IsAtLeastDisruptive(string path, string names)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, path);
        Assert.All(names.Split(' '), name => Assert.Equal(OperationClass.Disruptive, entry.ClassOf(new ApiParameters { { "delete", name } })));
        Assert.Equal(OperationClass.Reversible, entry.ClassOf(new ApiParameters { { "delete", "comment" } }));
    }

    [Theory]
    [InlineData("all=1 remove=0", OperationClass.Disruptive)]
    [InlineData("vmid=106 remove=0 stop=1", OperationClass.Disruptive)]
    [InlineData("vmid=106 remove=0", OperationClass.Reversible)]
    public async Task NewJob_IsAsItsRun(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":99}}""");
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/cluster/backup", "id=new1 storage=ceph schedule=daily " + parameters);
        Assert.Equal(expected, plan.Class);
    }

    [Theory]
    [InlineData("schedule=2099-01-01", OperationClass.Destructive)]
    [InlineData("repeat-missed=1", OperationClass.Destructive)]
    [InlineData("enabled=1", OperationClass.Destructive)]
    [InlineData("enabled=0", OperationClass.Disruptive)]
    [InlineData("enabled=0 schedule=daily", OperationClass.Destructive)]
    [InlineData("schedule=daily remove=0", OperationClass.Disruptive)]
    [InlineData("comment=x", OperationClass.Reversible)]
    [InlineData("mailnotification=failure", OperationClass.Reversible)]
    public async Task Change_OfABackupJobThatPrunes_IsAsItsRun(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=3"));
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=byplace vmid=106 storage=local schedule=weekly"));
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=byitself vmid=106 storage=local schedule=weekly prune-backups=keep-last=3"));
        foreach (string job in new[] { "byplace", "byitself" })
        {
            // What is on already is not switched on.
            await root.Raw.PutAsync($"/cluster/backup/{job}", TextPlans.Parameters(parameters == "enabled=1" ? "enabled=0" : "enabled=1"));
            Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"/cluster/backup/{job}", parameters);
            Assert.Equal(expected, plan.Class);
            Assert.Contains("guest 106", plan.Targets.Select(static target => target.Key));
        }
    }

    [Theory]
    [InlineData("schedule=2099-01-01", OperationClass.Disruptive)]
    [InlineData("vmid=105", OperationClass.Disruptive)]
    [InlineData("comment=x", OperationClass.Reversible)]
    public async Task Change_OfABackupJobThatPrunesNothing_CanStillEndTheBackups(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=nightly vmid=106 storage=local schedule=weekly prune-backups=keep-all=1"));
        Assert.Equal(expected, (await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/nightly", parameters)).Class);
    }

    [Theory]
    [InlineData("clears", "schedule=daily", OperationClass.Destructive)]
    [InlineData("clears", "run-on-mount=1", OperationClass.Destructive)]
    [InlineData("clears", "delete=schedule", OperationClass.Disruptive)]
    [InlineData("clears", "comment=x", OperationClass.Reversible)]
    [InlineData("clears", "schedule=daily delete=remove-vanished", OperationClass.Destructive)]
    [InlineData("idle", "transfer-last=3", OperationClass.Disruptive)]
    [InlineData("idle", "schedule=daily", OperationClass.Destructive)]
    [InlineData("clears", "transfer-last=3", OperationClass.Destructive)]
    [InlineData("clears", "verified-only=1", OperationClass.Destructive)]
    // What it brings "clears" removes.
    [InlineData("fetches", "schedule=daily", OperationClass.Destructive)]
    [InlineData("fetches", "comment=x", OperationClass.Reversible)]
    [InlineData("pushes", "schedule=daily", OperationClass.Privileged)]
    [InlineData("pushes", "comment=x", OperationClass.Reversible)]
    public async Task Change_OfASyncJob_IsAsItsRun(string job, string parameters, OperationClass expected)
    {
        await using GuardedBackupServer server = await StartAsync("offsite");
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("PUT", $"/config/sync/{job}", parameters)]);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected, server.Guard.Plans.Load(plan.Id).Class);
    }

    [Fact]
    public async Task Schedule_OfASyncThatRemovesBackupsOfAProtectedGuest_IsRefused()
    {
        await using GuardedBackupServer server = await StartAsync("store1");
        Assert.Equal("protected", await server.RefusedAsync(
            () => server.Guard.PlanAsync([TextPlans.Request("PUT", "/config/sync/clears", "schedule=daily")])));
        Assert.NotEmpty((await server.Guard.PlanAsync([TextPlans.Request("PUT", "/config/sync/fetches", "schedule=daily")])).Targets);
    }

    [Theory]
    [InlineData("run-on-mount=0 remove-vanished=1", OperationClass.Reversible)]
    [InlineData("run-on-mount=1", OperationClass.Destructive)]
    [InlineData("run-on-mount=1 remove-vanished=1", OperationClass.Destructive)]
    [InlineData("run-on-mount=1 sync-direction=push", OperationClass.Privileged)]
    public async Task Mount_IsAsTheRunOfTheJobsThatItStarts(string job, OperationClass expected)
    {
        await using GuardedBackupServer server = await StartAsync("store1");
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=mounted store=offsite remote=away remote-store=store1 {job}"));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/datastore/offsite/mount", "")]);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected > OperationClass.Reversible, plan.Describe().Any(static line => line.Contains("run-on-mount", StringComparison.Ordinal)));
        Assert.Equal(OperationClass.Reversible, (await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/datastore/store1/mount", "")])).Class);
    }

    [Fact]
    public async Task Mount_IsPrivileged_WhereTheJobsCannotBeRead()
    {
        await using GuardedBackupServer server = await StartAsync("store1");
        server.Simulator.Faults.When(static request => request.Path.EndsWith("/config/sync", StringComparison.Ordinal), Fault.Status(403, "permission check failed"), 100);
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/datastore/store1/mount", "")]);
        Assert.Equal(OperationClass.Privileged, plan.Class);
    }

    private static async Task<GuardedBackupServer> StartAsync(string store)
    {
        GuardedBackupServer server = await GuardedBackupServer.StartAsync(Most);
        string port = server.Simulator.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
        await server.Other.Raw.PostAsync("/config/remote", TextPlans.Parameters(
            $"name=away host=127.0.0.1 port={port} auth-id={DefaultBackupServer.TokenId} password={DefaultBackupServer.TokenSecret}"));
        string pull = $"store={store} remote=away remote-store=store1";
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=idle {pull} remove-vanished=1"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=clears {pull} remove-vanished=1 schedule=weekly"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=fetches {pull}"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=pushes {pull} sync-direction=push"));
        return server;
    }
}
