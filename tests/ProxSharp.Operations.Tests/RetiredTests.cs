using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>The end of retired guests: not before the day, not without a person, and only as they were left.</summary>
public sealed class RetiredTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],
         "limits":{"targetsPerPlan":2},"approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData(104, "pve2", "qemu")]
    [InlineData(106, "pve1", "qemu")]
    [InlineData(203, "pve2", "lxc")]
    public async Task Purge_OfADueGuest_DestroysIt_AfterAPersonAgreed(int vmid, string node, string type)
    {
        await using GuardedCluster cluster = await RetiredAsync(vmid);
        RetiredGuest listed = Assert.Single(await cluster.Guard.ListRetiredAsync());
        Assert.True(listed.IsDue, listed.Objection);
        Assert.Equal((vmid, node), (listed.Vmid, listed.Node));

        Plan plan = await cluster.Guard.PlanPurgeAsync([vmid]);

        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Equal([ApiMethod.Put, ApiMethod.Delete], plan.Calls.Select(static call => call.Method));
        Assert.Equal("protection", plan.Calls[0].Parameters.Find("delete"));
        Assert.Empty(plan.Undo);
        Assert.Contains(plan.Describe(), static line => line.Contains("has retired, to be kept until", StringComparison.Ordinal));
        Assert.Equal(plan.Id, Plan.Parse(plan.ToJson()).Id);

        // The policy wants nobody to agree to destructive calls: here a person has to.
        int before = cluster.Asked.Count;
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        Assert.Equal(before + 1, cluster.Asked.Count);
        Assert.DoesNotContain((await cluster.Other.Raw.GetAsync($"/nodes/{node}/{type}")).Data.EnumerateArray(), guest => guest.Text("vmid") == vmid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(await cluster.Guard.ListRetiredAsync());
    }

    [Fact]
    public async Task Purge_BeforeTheDay_IsRefused()
    {
        await using GuardedCluster cluster = await RetiredAsync(106, days: 0);
        RetiredGuest listed = Assert.Single(await cluster.Guard.ListRetiredAsync());
        Assert.False(listed.IsDue);
        Assert.Null(listed.Objection);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
        cluster.Time.Shift = TimeSpan.FromDays(29) - TimeSpan.FromHours(1);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
    }

    [Theory]
    [InlineData(106)]
    [InlineData(104)]
    public async Task Retirement_OfAGuestWhoseNotesAreFull_IsRefusedBeforeAnythingIsChanged(int vmid)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string node = vmid == 104 ? "pve2" : "pve1";
        string notes = new('n', 8190);
        await cluster.Other.Raw.PutAsync($"/nodes/{node}/qemu/{vmid}/config", new ApiParameters { { "description", notes } });
        int before = cluster.Writes;

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => cluster.Guard.PlanRetirementAsync(vmid, TimeSpan.FromDays(30)));

        Assert.Equal(before, cluster.Writes);
        Assert.Contains($"Guest {vmid} cannot be retired", refusal.Message, StringComparison.Ordinal);
        int excess = int.Parse(refusal.Message.Split("Shorten the notes by ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        await cluster.Other.Raw.PutAsync($"/nodes/{node}/qemu/{vmid}/config", new ApiParameters { { "description", notes[excess..] } });
        Plan plan = await cluster.Guard.PlanRetirementAsync(vmid, TimeSpan.FromDays(30));
        Assert.EndsWith(notes[excess..], plan.Calls[^1].Parameters.Find("description"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_OfARetirementThatGaveItselfNoTime_WaitsForTheNextDay()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan crafted = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters
        {
            { "tags", "web;retired" }, { "description", "Retired. May be removed from 2020-01-01 on." }, { "protection", true },
        });
        Assert.True((await cluster.Guard.ApplyAsync(crafted.Id)).IsComplete);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
        cluster.Time.Shift = TimeSpan.FromDays(1);
        Assert.Equal(2, (await cluster.Guard.PlanPurgeAsync([106])).Calls.Count);
    }

    [Theory]
    [InlineData(ApprovalKind.Elicitation)]
    [InlineData(ApprovalKind.ElicitationUrl)]
    public async Task Purge_WithoutAPersonAtATerminal_IsRefused(ApprovalKind kind)
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        Plan plan = await cluster.Guard.PlanPurgeAsync([106]);
        cluster.Asked.Kind = kind;
        int before = cluster.Asked.Count;
        Assert.Equal("approval", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal(before, cluster.Asked.Count);
        await using OperationGuard alone = cluster.OpenGuard(canAsk: false);
        Assert.Equal("approval", await cluster.RefusedAsync(() => alone.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("name=renamed", "its name was “staging” and is “renamed”")]
    [InlineData("tags=web", "the tag of its retirement was taken away")]
    [InlineData("delete=tags", "the tag of its retirement was taken away")]
    [InlineData("protection=0", "the protection that its retirement has set was taken away")]
    [InlineData("memory=4096", "its configuration was changed")]
    [InlineData("description=Mine", "its configuration was changed")]
    [InlineData("tags=web;retired;keep", "its configuration was changed")]
    public async Task Purge_OfAGuestThatWasChangedSince_IsRefused_AlsoWhenApplied(string change, string reason)
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        Plan early = await cluster.Guard.PlanPurgeAsync([106]);
        string[] words = change.Split('=');
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { words[0], words[1] } });

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanPurgeAsync([106]));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        int before = cluster.Asked.Count;
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(early.Id)));
        Assert.Equal(before, cluster.Asked.Count);
        Assert.Contains(await cluster.Guard.ListRetiredAsync(), guest => !guest.IsDue && guest.Objection!.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Purge_OfAGuestThatWasStartedSince_IsRefused(bool isStoppedAgain)
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        Plan early = await cluster.Guard.PlanPurgeAsync([106]);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/status/start"));
        if (isStoppedAgain)
        {
            await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/status/stop"));
        }

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanPurgeAsync([106]));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains("it was started", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(early.Id)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Purge_OfAGuestThatWasMoved_AsksTheNodesInBetween(bool isStarted, bool isBack)
    {
        await using GuardedCluster cluster = await RetiredAsync(105);
        await MoveAsync(cluster, "pve3", "pve2");
        if (isStarted)
        {
            await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve2/qemu/105/status/start"));
            await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve2/qemu/105/status/stop"));
        }

        await MoveAsync(cluster, "pve2", isBack ? "pve3" : "pve1");
        if (isStarted)
        {
            GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanPurgeAsync([105]));
            Assert.Contains("it was started since it was retired: UPID:pve2:", refusal.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanPurgeAsync([105])).Id)).IsComplete);
        }
    }

    private static async Task MoveAsync(GuardedCluster cluster, string from, string to) =>
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"/nodes/{from}/qemu/105/migrate", new ApiParameters { { "target", to } }));

    [Fact]
    public async Task Purge_OfANumberThatWasGivenOutAgain_IsRefused()
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        Plan early = await cluster.Guard.PlanPurgeAsync([106]);
        string? notes = await cluster.ConfigAsync(106, "description");
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "protection", false } });
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync("/nodes/pve1/qemu/106"));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", new ApiParameters
        {
            { "vmid", 106 }, { "name", "staging" }, { "tags", "web;retired" }, { "description", notes }, { "protection", true }, { "memory", 2048 },
        }));

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanPurgeAsync([106]));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains("another guest", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(early.Id)));
        Assert.Equal("staging", await cluster.ConfigAsync(106, "name"));
    }

    [Fact]
    public async Task Purge_WithoutAnEntryInTheLedger_IsRefused()
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        string? notes = await cluster.ConfigAsync(106, "description");
        await cluster.Other.Raw.PutAsync(
            "/nodes/pve3/qemu/105/config", new ApiParameters { { "tags", "retired" }, { "description", notes }, { "protection", true } });
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([105])));
        RetiredGuest byHand = Assert.Single(await cluster.Guard.ListRetiredAsync(), static guest => guest.Vmid == 105);
        Assert.Equal("the ledger knows of no retirement", byHand.Objection);
        Assert.Null(byHand.DueFrom);

        // Contexts of one server that share a policy share the ledger, too.
        await using OperationGuard other = cluster.OpenGuard("other");
        Assert.StartsWith("other ", (await other.PlanPurgeAsync([106])).Context, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_OfAGuestThatWasBroughtBack_IsRefused()
    {
        await using GuardedCluster cluster = await RetiredAsync(106, days: 0);
        long number = cluster.Guard.Ledger.List().Last(static entry => entry.Kind == "outcome").Number;
        Plan undo = await cluster.Guard.PlanUndoAsync(number);
        cluster.Time.Shift = TimeSpan.FromDays(31);
        Plan early = await cluster.Guard.PlanPurgeAsync([106]);
        cluster.Time.Shift = TimeSpan.Zero;
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        cluster.Time.Shift = TimeSpan.FromDays(31);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(early.Id)));
        Assert.Empty(await cluster.Guard.ListRetiredAsync());
    }

    [Fact]
    public async Task Purge_WhereItMayNot_IsRefused()
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        Plan plan = await cluster.Guard.PlanPurgeAsync([106]);
        cluster.Guard.Freeze.Freeze(TimeSpan.FromHours(1), "maintenance");
        Assert.Equal("frozen", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        cluster.Guard.Freeze.Thaw();

        cluster.Policy("""{"version":1}""");
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        cluster.Policy("""{"version":1,"allow":[{"classes":["reversible","disruptive"]}]}""");
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
        cluster.Policy("""{"version":1,"allow":[{"classes":["reversible","destructive"]}],"protect":{"vmids":["100-110"]}}""");
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));
        await using OperationGuard reading = cluster.OpenGuard(isReadOnly: true);
        Assert.Equal("read-only", await cluster.RefusedAsync(() => reading.PlanPurgeAsync([106])));
        Assert.Single(await reading.ListRetiredAsync());
        Assert.Equal("1", await cluster.ConfigAsync(106, "protection"));
    }

    [Fact]
    public async Task Purge_ThatFails_CanBePutBackUnderProtection_AndMadeAgain()
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        cluster.FailTask(new TaskFault { Type = "qmdestroy", Id = "106", Text = "storage is away" });
        ApplyResult failed = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanPurgeAsync([106])).Id);
        Assert.False(failed.IsComplete);
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.PlanPurgeAsync([106])));

        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(failed.Steps[0].LedgerNumber)).Id)).IsComplete);

        Assert.Equal("1", await cluster.ConfigAsync(106, "protection"));
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanPurgeAsync([106])).Id)).IsComplete);
    }

    [Fact]
    public async Task Purge_OfAGuestThatHighAvailabilityManages_IsRefusedBeforeItsProtectionIsOff()
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        await using (ProxSharp.Pve.PveClient root = cluster.OpenRoot())
        {
            await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:106" }, { "state", "ignored" } });
        }

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanPurgeAsync([106]));
        Assert.Contains("high availability manages it", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("1", await cluster.ConfigAsync(106, "protection"));
    }

    [Fact]
    public async Task List_WhereAGuestCannotBeRead_ShowsTheOthers()
    {
        await using GuardedCluster cluster = await RetiredAsync(106, days: 0);
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanRetirementAsync(105, TimeSpan.FromDays(30))).Id)).IsComplete);
        cluster.Time.Shift = TimeSpan.FromDays(31);
        cluster.Fail(static request => request.Path.EndsWith("/qemu/106/config", StringComparison.Ordinal));
        IReadOnlyList<RetiredGuest> list = await cluster.Guard.ListRetiredAsync();
        Assert.Equal([105], list.Where(static guest => guest.IsDue).Select(static guest => guest.Vmid));
        Assert.Contains(list, static guest => guest.Vmid == 106 && guest.Objection!.StartsWith("it cannot be read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("purges")]
    [InlineData("day")]
    [InlineData("guest")]
    [InlineData("more")]
    public async Task Purge_InAForgedPlan_IsRefused_AndNobodyIsAsked(string what)
    {
        await using GuardedCluster cluster = await RetiredAsync(106);
        Plan plan = await cluster.Guard.PlanPurgeAsync([106]);
        int before = cluster.Asked.Count;
        string forged = RedTeamForgeryTests.Forge(cluster, plan, json => Change(json, what), isSealed: true);
        Assert.Contains(await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)), new[] { "tampered", "protected", "drift" });
        Assert.Equal(before, cluster.Asked.Count);
        Assert.Equal("1", await cluster.ConfigAsync(106, "protection"));
    }

    private static void Change(JsonObject json, string what)
    {
        switch (what)
        {
            case "purges":
                json.Remove("purges");
                break;
            case "day":
                json["purges"] = new JsonArray($"{json["purges"]![0]!.GetValue<string>().Split(' ')[0]} 2020-01-01");
                break;
            case "guest":
                foreach (JsonArray parameter in json["calls"]!.AsArray().SelectMany(static call => call!["parameters"]!.AsArray()).Select(static item => item!.AsArray()))
                {
                    parameter[1] = parameter[0]!.GetValue<string>() == "vmid" ? "105" : parameter[1]!.GetValue<string>();
                }

                break;
            default:
                json["calls"]!.AsArray().Add(json["calls"]![1]!.DeepClone());
                break;
        }
    }

    // Retires a guest, and moves the clock on.
    private static async Task<GuardedCluster> RetiredAsync(int vmid, int days = 31)
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanRetirementAsync(vmid, TimeSpan.FromDays(30))).Id)).IsComplete);
        cluster.Time.Shift = TimeSpan.FromDays(days);
        return cluster;
    }
}
