using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Plans on a backup server: bound to times, files, and what the manifest vouches for.</summary>
public sealed class BackupServerTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"destructive":"none","disruptive":"none"}}
        """;

    private const string Snapshots = "/admin/datastore/store1/snapshots";
    private const string Folder = "host/laptop/2026-01-01T03:00:00Z";

    [Fact]
    public async Task Apply_SnapshotDeletion_RemovesExactlyThisOne()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Plan plan = await PlanDeletion(server);
        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Equal(64, plan.Targets[0].Identity["manifest"].Length);
        Assert.Equal("host/laptop", plan.Targets[0].Identity["group"]);
        ApplyResult result = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.DoesNotContain(Folder, server.Simulator.GetDatastore("store1").Snapshots);
        Assert.Contains("host/laptop/2026-01-02T03:00:00Z", server.Simulator.GetDatastore("store1").Snapshots);
        Assert.True(server.Guard.Ledger.Verify().IsSound);
    }

    [Fact]
    public async Task Apply_SnapshotReplacedByAnotherOfTheSameTime_IsRefused()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Plan plan = await PlanDeletion(server);
        byte[] other = server.Simulator.GetDatastore("store1").ReadFile("host/laptop/2026-01-02T03:00:00Z/index.json.blob")!;
        server.Simulator.GetDatastore("store1").WriteFile($"{Folder}/index.json.blob", other);
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
        Assert.Contains(Folder, server.Simulator.GetDatastore("store1").Snapshots);
    }

    [Fact]
    public async Task Plan_NoteChangedBetween_KeepsTheManifestsDigest()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        string before = (await PlanDeletion(server)).Targets[0].Identity["manifest"];
        ApiParameters note = Keys();
        note.Add("notes", "kept for the auditors");
        await server.Other.Raw.PutAsync("/admin/datastore/store1/notes", note);
        Assert.Equal(before, (await PlanDeletion(server)).Targets[0].Identity["manifest"]);
    }

    [Fact]
    public async Task Apply_Protection_KeepsTheSnapshotFromLaterPlans()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        ApiParameters protect = Keys();
        protect.Add("protected", true);
        Plan plan = await server.Guard.PlanAsync([new PlanRequest(ApiMethod.Put, "/admin/datastore/store1/protected", protect)]);
        ApplyResult done = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Assert.Equal("protected", await server.RefusedAsync(() => PlanDeletion(server)));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Plan_ThatProtectsASnapshot_PromisesNoWayBack(bool isProtected, int ways)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","privileged"]}],"approval":{"privileged":"none"}}
            """);
        ApiParameters protect = Keys();
        protect.Add("protected", isProtected);
        Plan plan = await server.Guard.PlanAsync([new PlanRequest(ApiMethod.Put, "/admin/datastore/store1/protected", protect)]);
        Assert.Equal(ways, plan.Undo.Count);
        Assert.Equal(ways == 0, plan.Describe().Contains("There is no way back."));
        ApplyResult done = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        if (ways == 0)
        {
            GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => server.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
            Assert.Equal("target", refusal.Reason);
            Assert.Contains("There is no way back", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Apply_GroupThatGotAnotherSnapshot_IsRefused()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        ApiParameters group = new() { { "backup-type", "host" }, { "backup-id", "laptop" } };
        Plan plan = await server.Guard.PlanAsync([new PlanRequest(ApiMethod.Delete, "/admin/datastore/store1/groups", group)]);
        await server.Other.Raw.DeleteAsync(Snapshots, Keys(1));
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Apply_GroupWithASnapshotReplacedByAnotherOfTheSameTime_IsRefused()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Plan plan = await PlanGroupDeletion(server, "laptop");
        Assert.Equal("all 5 compared", plan.Targets[0].Facts["manifests"]);
        Assert.Contains(plan.Consequences, static line => line.Contains("manifests all 5 compared", StringComparison.Ordinal));
        SimulatedDatastore store = server.Simulator.GetDatastore("store1");
        store.WriteFile($"{Folder}/index.json.blob", store.ReadFile("host/laptop/2026-01-02T03:00:00Z/index.json.blob")!);
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
        Assert.Contains(Folder, store.Snapshots);
    }

    [Theory]
    [InlineData("backup:store1\\x3avm-102", true)]
    [InlineData("backup:store1\\x3avm/102", true)]
    [InlineData("verify_snapshot:store1\\x3ans-vm-102-65A0B1C2", true)]
    [InlineData("reader:store1\\x3act-102", true)]
    [InlineData("backup:store1\\x3avm-103", false)]
    [InlineData("backup:store1\\x3ahost-102", false)]
    public async Task Task_OfTheBackupOfAProtectedGuest_IsNotStopped(string work, bool isProtected)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(
            """{"version":1,"allow":[{"classes":["disruptive"]}],"protect":{"vmids":["102"]},"approval":{"disruptive":"none"}}""");
        string upid = Uri.EscapeDataString($"UPID:localhost:00000001:00000001:00000001:00000001:{work}:root@pam:");
        Task Stop() => server.Guard.PlanAsync([new PlanRequest(ApiMethod.Delete, $"/nodes/localhost/tasks/{upid}")]);
        if (isProtected)
        {
            Assert.Equal("protected", await server.RefusedAsync(Stop));
        }
        else
        {
            Assert.Null(await Record.ExceptionAsync(Stop));
        }
    }

    [Fact]
    public async Task Apply_GroupAsPlanned_IsDeleted()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Plan plan = await PlanGroupDeletion(server, "laptop");
        ApplyResult done = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Assert.DoesNotContain(server.Simulator.GetDatastore("store1").Snapshots, static name => name.StartsWith("host/laptop/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_GroupWithManySnapshots_ReadsTheLatestManifestsAndSaysSo()
    {
        const int many = 70;
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy, static builder =>
        {
            DefaultBackupServer.Build(builder);
            for (int day = 0; day < many; day++)
            {
                builder.AddSnapshot("store1", "host", "old", DefaultBackupServer.FirstBackup.AddDays(day), owner: DefaultBackupServer.TokenId);
            }
        });
        Plan plan = await PlanGroupDeletion(server, "old");
        Assert.Equal(64, server.Simulator.Traffic.Requests.Count(static request => request.Path.EndsWith("/download-decoded", StringComparison.Ordinal)));
        Assert.Contains(plan.Consequences, static line => line.Contains("those of the latest 64 of 70 snapshots are compared", StringComparison.Ordinal));

        SimulatedDatastore store = server.Simulator.GetDatastore("store1");
        string latest = store.Snapshots.Where(static name => name.StartsWith("host/old/", StringComparison.Ordinal)).Max(StringComparer.Ordinal)!;
        store.WriteFile($"{latest}/index.json.blob", store.ReadFile($"{Folder}/index.json.blob")!);
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Apply_NamespaceThatGotABackupMeanwhile_IsRefused()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        PlanRequest removal = new(
            ApiMethod.Delete, "/admin/datastore/store1/namespace", new ApiParameters { { "ns", "customers" }, { "delete-groups", true } });
        Plan plan = await server.Guard.PlanAsync([removal]);
        Assert.Equal("customers,customers/acme", plan.Targets[0].Identity["namespaces"]);
        Assert.Equal("1", plan.Targets[0].Facts["snapshots"]);
        Assert.Empty(plan.Undo);
        SimulatedDatastore store = server.Simulator.GetDatastore("store1");
        store.WriteFile("ns/customers/host/new/2026-01-09T00:00:00Z/index.json.blob", store.ReadFile($"{Folder}/index.json.blob")!);
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));

        Plan again = await server.Guard.PlanAsync([removal]);
        Assert.Equal("2", again.Targets[0].Facts["snapshots"]);
        ApplyResult done = await server.Guard.ApplyAsync(again.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Assert.DoesNotContain(store.Snapshots, static name => name.StartsWith("ns/customers/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_NamespaceWithAProtectedBackup_IsRefused()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PutAsync("/admin/datastore/store1/protected", new ApiParameters
        {
            { "ns", "customers/acme" },
            { "backup-type", "vm" },
            { "backup-id", "7" },
            { "backup-time", DefaultBackupServer.FirstBackup.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) },
            { "protected", true },
        });
        Assert.Equal("protected", await server.RefusedAsync(() => server.Guard.PlanAsync(
            [new PlanRequest(ApiMethod.Delete, "/admin/datastore/store1/namespace", new ApiParameters { { "ns", "customers" }, { "delete-groups", true } })])));
    }

    [Theory]
    [InlineData("DELETE", "/admin/datastore/store1/snapshots", "ns=customers/acme backup-type=vm backup-id=7 backup-time=TIME")]
    [InlineData("DELETE", "/admin/datastore/store1/groups", "ns=customers/acme backup-type=vm backup-id=7")]
    [InlineData("POST", "/admin/datastore/store1/prune", "ns=customers/acme backup-type=vm backup-id=7 keep-last=1")]
    [InlineData("POST", "/admin/datastore/store1/prune-datastore", "keep-last=1")]
    [InlineData("DELETE", "/admin/datastore/store1/namespace", "ns=customers delete-groups=1")]
    [InlineData("DELETE", "/config/datastore/store1", "destroy-data=1")]
    [InlineData("DELETE", "/config/datastore/store1", "")]
    [InlineData("POST", "/admin/datastore/store1/unmount", "")]
    [InlineData("POST", "/admin/datastore/store1/move-namespace", "ns=customers target-ns=b")]
    [InlineData("POST", "/config/prune", "id=new store=store1 schedule=daily keep-last=1")]
    [InlineData("POST", "/config/prune", "id=new store=store1 ns=customers max-depth=1 schedule=daily keep-last=1")]
    [InlineData("PUT", "/config/prune/all", "keep-last=1")]
    [InlineData("PUT", "/config/prune/top", "delete=max-depth")]
    [InlineData("PUT", "/config/prune/top", "ns=customers/acme")]
    [InlineData("POST", "/admin/prune/all/run", "")]
    [InlineData("POST", "/config/sync", "id=new store=store1 remote-store=offsite remove-vanished=1")]
    [InlineData("PUT", "/config/sync/keeps", "remove-vanished=1")]
    [InlineData("PUT", "/config/sync/clears", "comment=x")]
    [InlineData("POST", "/admin/sync/clears/run", "")]
    [InlineData("POST", "/pull", "store=store1 remote-store=offsite remove-vanished=1")]
    public async Task Plan_BackupsOfAGuestWhoseNumberIsProtected_IsRefused(string verb, string path, string parameters)
    {
        string policy = Policy.Replace("\"version\":1,", "\"version\":1,\"protect\":{\"vmids\":[\"7\"]},", StringComparison.Ordinal);
        await using GuardedBackupServer server = await StartWithJobsAsync(policy);
        string time = DefaultBackupServer.FirstBackup.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        PlanRequest request = TextPlans.Request(verb, path, parameters.Replace("TIME", time, StringComparison.Ordinal));
        Assert.Equal("protected", await server.RefusedAsync(() => server.Guard.PlanAsync([request])));
        Assert.Contains(server.Simulator.GetDatastore("store1").Snapshots, static name => name.Contains("/vm/7/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/config/prune", "id=new store=store1 max-depth=0 schedule=daily keep-last=1")]
    [InlineData("PUT", "/config/prune/top", "keep-last=1")]
    [InlineData("PUT", "/config/prune/all", "max-depth=1")]
    [InlineData("POST", "/admin/prune/top/run", "")]
    [InlineData("DELETE", "/config/prune/all", "")]
    [InlineData("PUT", "/config/sync/clears", "delete=remove-vanished")]
    [InlineData("POST", "/admin/sync/keeps/run", "")]
    [InlineData("POST", "/pull", "store=store1 remote-store=offsite")]
    [InlineData("DELETE", "/config/datastore/offsite", "")]
    public async Task Plan_BackupsOfOtherGuestsAlone_IsMade(string verb, string path, string parameters)
    {
        string policy = Policy.Replace("\"version\":1,", "\"version\":1,\"protect\":{\"vmids\":[\"7\"]},", StringComparison.Ordinal);
        await using GuardedBackupServer server = await StartWithJobsAsync(policy);
        Assert.NotEmpty((await server.Guard.PlanAsync([TextPlans.Request(verb, path, parameters)])).Targets);
    }

    [Fact]
    public async Task Plan_OfAPruneJob_SaysWhatDoesNotComeBack_AndIsNotBoundToTheBackupsOfToday()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/config/prune", "id=new store=store1 schedule=daily keep-last=1")]);
        Assert.Contains("Acts on /config/prune: backups that it removes do not come back.", plan.Consequences);
        await server.Other.Raw.DeleteAsync(Snapshots, Keys());
        ApplyResult done = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
    }

    [Theory]
    [InlineData("POST", "/config/prune", "id=new store=nowhere schedule=daily keep-last=1")]
    [InlineData("POST", "/admin/prune/nobody/run", "")]
    public async Task Plan_BackupsThatCannotBeRead_IsRefused(string verb, string path, string parameters)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Assert.Equal("target", await server.RefusedAsync(() => server.Guard.PlanAsync([TextPlans.Request(verb, path, parameters)])));
    }

    [Fact]
    public async Task Plan_NoteOfAGroup_ReadsNoManifest()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        ApiParameters note = new() { { "backup-type", "host" }, { "backup-id", "laptop" }, { "notes", "kept" } };
        await server.Guard.PlanAsync([new PlanRequest(ApiMethod.Put, "/admin/datastore/store1/group-notes", note)]);
        Assert.DoesNotContain(server.Simulator.Traffic.Requests, static request => request.Path.EndsWith("/download-decoded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_ReadingFilesOfABackup_StaysBehindTheDoor()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await PlanDeletion(server);
        ApiParameters file = Keys();
        file.Add("file-name", "index.json.blob");
        int before = server.Simulator.Traffic.Requests.Count;
        await Assert.ThrowsAsync<GuardRefusedException>(() => server.Guard.Client.Raw.DownloadAsync("/admin/datastore/store1/download-decoded", file));
        Assert.Equal(before, server.Simulator.Traffic.Requests.Count);
    }

    private static async Task<GuardedBackupServer> StartWithJobsAsync(string policy)
    {
        GuardedBackupServer server = await GuardedBackupServer.StartAsync(policy);
        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters("id=all store=store1 schedule=daily keep-last=3"));
        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters("id=top store=store1 max-depth=0 schedule=daily keep-last=3"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters("id=keeps store=store1 remote-store=offsite"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters("id=clears store=store1 remote-store=offsite remove-vanished=1"));
        return server;
    }

    private static Task<Plan> PlanGroupDeletion(GuardedBackupServer server, string id) => server.Guard.PlanAsync(
        [new PlanRequest(ApiMethod.Delete, "/admin/datastore/store1/groups", new ApiParameters { { "backup-type", "host" }, { "backup-id", id } })]);

    private static Task<Plan> PlanDeletion(GuardedBackupServer server) =>
        server.Guard.PlanAsync([new PlanRequest(ApiMethod.Delete, Snapshots, Keys())]);

    internal static ApiParameters Keys(int day = 0) => new()
    {
        { "backup-type", "host" },
        { "backup-id", "laptop" },
        { "backup-time", DefaultBackupServer.FirstBackup.AddDays(day).AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) },
    };
}
