using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>Plans of several steps: guests that are made and used, files that are sent, and what is kept of plans.</summary>
public sealed class PlanTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":2},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    private static readonly ApiParameters s_new = new() { { "vmid", 150 }, { "name", "fresh" }, { "memory", "1024" }, { "scsi0", "local-lvm:8" } };

    [Fact]
    public async Task Apply_GuestMadeByThePlanItself_IsConfiguredAndStarted()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu", s_new),
            new PlanRequest(ApiMethod.Put, "/nodes/pve3/qemu/150/config", new ApiParameters { { "cores", 2 } }),
            new PlanRequest(ApiMethod.Post, "/nodes/pve3/qemu/150/status/start"),
        ]);
        Assert.Equal(["new guest 150"], plan.Targets.Select(static target => target.Key));
        Assert.Equal("POST /nodes/pve1/qemu/150/status/start", plan.Calls[2].ToString());
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.Equal("2", await cluster.ConfigAsync(150, "cores"));
        Assert.Equal("running", (await cluster.Other.Raw.GetAsync("/nodes/pve1/qemu/150/status/current")).Data.Text("status"));
    }

    [Fact]
    public async Task Apply_CloneThatIsThenStarted_ActsOnTheClone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", new ApiParameters { { "newid", 151 }, { "name", "copy" }, { "full", true } }),
            new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu/151/status/start"),
        ]);
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.Equal("copy", await cluster.ConfigAsync(151, "name"));
    }

    [Fact]
    public async Task Apply_NumberTakenMeanwhile_IsRefusedBeforeAnything()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
            [new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu", s_new), new PlanRequest(ApiMethod.Delete, "/nodes/pve1/qemu/150")]);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", new ApiParameters { { "vmid", 150 }, { "name", "somebody-elses" } }));
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal("somebody-elses", await cluster.ConfigAsync(150, "name"));
    }

    [Fact]
    public async Task Plan_GuestThatNobodyMakes_OrOfTheOtherType_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/150/status/start")));
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync(
            [new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu", s_new), new PlanRequest(ApiMethod.Post, "/nodes/pve1/lxc/150/status/start")])));
    }

    [Fact]
    public async Task Plan_NewGuestInARuleForNumbers_IsAllowedThere_AndNowhereElse()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible"],"vmids":["150-159"]}]}""");
        Assert.Single((await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu", s_new)).Targets);
        Assert.Equal("policy", await cluster.RefusedAsync(
            () => cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu", new ApiParameters { { "vmid", 160 } })));
    }

    [Fact]
    public async Task Apply_Upload_SendsTheFileThatWasPlanned()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await PlanUpload(cluster, "first");
        Assert.Equal(plan.Targets.Single(static target => target.Key == "file small.tar.zst").Identity["sha256"], plan.Calls[0].Parameters.Find("checksum"));
        Assert.Equal(64, plan.Targets.Single(static target => target.Key == "file small.tar.zst").Identity["sha256"].Length);
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.Contains(
            (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content")).Data.EnumerateArray(),
            static volume => volume.Text("volid") == "local:vztmpl/small.tar.zst");
    }

    [Fact]
    public async Task Apply_UploadWhoseFileChanged_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await PlanUpload(cluster, "first");
        File.WriteAllText(Path.Combine(cluster.Folder, "small.tar.zst"), "other");
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        File.Delete(Path.Combine(cluster.Folder, "small.tar.zst"));
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Plan_ReplicatedGuest_SaysSo_AndAJobThatAppearsIsDrift()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan before = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start");
        Assert.Equal("", before.Targets[0].Facts["replication"]);
        await cluster.Other.Raw.PostAsync(
            "/cluster/replication", new ApiParameters { { "id", "106-0" }, { "type", "local" }, { "target", "pve2" } });
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(before.Id)));
        Plan after = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start");
        Assert.Equal("106-0 to pve2", after.Targets[0].Facts["replication"]);
    }

    [Fact]
    public async Task Store_ListFindDiscard_TellWhatCanBeApplied()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan first = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start");
        Plan second = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", 3072 } });
        PlanStore store = cluster.Guard.Plans;
        Assert.Equal(new[] { first.Id, second.Id }.Order(), store.List().Select(static plan => plan.Id).Order());
        Assert.Equal(first.Id, store.Find(first.Id[..10]));
        Assert.Equal("unknown-plan", Assert.Throws<GuardRefusedException>(() => store.Find("zz")).Reason);
        Assert.Equal(PlanState.Open, store.StateOf(first, cluster.Time.GetUtcNow()));
        Assert.Equal(PlanState.Expired, store.StateOf(first, first.Expires));
        store.Discard(first.Id);
        Assert.Equal(PlanState.Used, store.StateOf(first, cluster.Time.GetUtcNow()));
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(first.Id)));
    }

    [Fact]
    public async Task Store_PlanThatNobodyHasAppliedInTime_IsRemovedWithTheNextOne()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        TimeSpan age = TimeSpan.FromDays(2);
        cluster.Time.Shift = -age;
        Plan late = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start");
        Plan closed = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", 3072 } });
        cluster.Guard.Plans.Discard(closed.Id);
        string folder = Path.Combine(cluster.Folder, "state", "plans");
        Plan done = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "cores", 4 } });
        Assert.True((await cluster.Guard.ApplyAsync(done.Id)).IsComplete);

        // A mark can get lost; the ledger knows that the plan was used, and a way back leads through it.
        File.Delete(Path.Combine(folder, $"{done.Id}.used"));
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - age);
        }

        cluster.Time.Shift = TimeSpan.Zero;
        Plan young = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "cores", 3 } });

        Assert.Equal(new[] { closed.Id, done.Id, young.Id }.Order(), cluster.Guard.Plans.List().Select(static plan => plan.Id).Order());
        Assert.Empty(Directory.EnumerateFiles(folder, $"{late.Id}*"));
    }

    [Fact]
    public async Task Plan_WhereItCannotBeKept_IsRefusedWithTheReason()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Directory.CreateDirectory(Path.Combine(cluster.Folder, "state"));
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "state", "plans"), "no folder", TestContext.Current.CancellationToken);

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start"));

        Assert.Equal("ledger", refusal.Reason);
        Assert.StartsWith("The plan cannot be kept, and what is not kept cannot be applied: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Used_ByAProgramThatWasKilled_NamesTheCallThatNobodyKnowsTheEndOf()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start");
        long number = cluster.Guard.Ledger.Append("intent", plan.Id, static json => json.WriteString("call", "POST ...")).Number;

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(plan.Id));

        Assert.Equal("used", refusal.Reason);
        Assert.Contains($"Its last call is in the ledger under the number {number}, without an outcome", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_LifetimeOfThePolicy_IsTaken()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy.Replace("\"targetsPerPlan\"", "\"planMinutes\":120,\"targetsPerPlan\"", StringComparison.Ordinal));
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start");
        cluster.Time.Shift = TimeSpan.FromMinutes(119);
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
    }

    [Theory]
    [InlineData("""["reversible"]""", "VM.Console", true)]
    [InlineData("""["reversible"]""", "VM.Allocate", false)]
    [InlineData("""["reversible"]""", "Datastore.Allocate", true)]
    [InlineData("""["reversible"]""", "User.Modify", true)]
    [InlineData("[]", "VM.PowerMgmt", true)]
    [InlineData("[]", "VM.Audit", false)]
    public async Task ReviewToken_PrivilegeThePolicyHasNoUseFor_IsNamed(string classes, string privilege, bool isExcess)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync($$"""{"version":1,"allow":[{"classes":{{classes}}}]}""");
        TokenReview review = await cluster.Guard.ReviewTokenAsync();
        Assert.False(review.IsLeast);
        Assert.Equal(isExcess, review.Excess.Any(excess => excess.Privilege == privilege));
    }

    private static async Task<Plan> PlanUpload(GuardedCluster cluster, string content)
    {
        string file = Path.Combine(cluster.Folder, "small.tar.zst");
        await File.WriteAllTextAsync(file, content);
        return await cluster.Guard.PlanAsync([new PlanRequest(ApiMethod.Post, "/nodes/pve1/storage/local/upload", new ApiParameters { { "content", "vztmpl" } })
        {
            Upload = new PlanUpload(file, "small.tar.zst"),
        }]);
    }
}
