using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Mcp.Tests;

/// <summary>One server before a cluster and a backup server.</summary>
public sealed class ContextTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":3},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    private static SessionOptions Both => new() { WithBackup = true, Policy = Policy };

    [Fact]
    public async Task Tools_WithoutAContext_TakeTheOneOfTheirProduct()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        Assert.Equal(12, (await session.DoneAsync("guest_list")).GetProperty("total").GetInt32());
        JsonElement stores = await session.DoneAsync("datastore_list");
        Assert.Equal(["offsite", "store1"], stores.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("datastore").GetString()).Order());
        Assert.Equal(17, (await session.DoneAsync("backup_list")).GetProperty("total").GetInt32());
        Assert.Equal("usage", await session.RefusedAsync("guest_list", """{"context":"backup"}"""));
        Assert.Equal("usage", await session.RefusedAsync("datastore_list", """{"context":"lab"}"""));
        Assert.Equal("usage", await session.RefusedAsync("overview", """{"context":"other"}"""));
    }

    [Theory]
    [InlineData("""{"guest":"100"}""", 6)]
    [InlineData("""{"guest":"100","datastore":"offsite"}""", 1)]
    [InlineData("""{"guest":"vm/100"}""", 6)]
    [InlineData("""{"guest":"ct/200"}""", 5)]
    [InlineData("""{"guest":"host/laptop"}""", 5)]
    [InlineData("""{"guest":"laptop"}""", 5)]
    [InlineData("""{"guest":"web-1"}""", 6)]
    [InlineData("""{"guest":"WEB-1"}""", 6)]
    [InlineData("""{"guest":"106"}""", 0)]
    [InlineData("""{"filter":"backup~customers/acme"}""", 1)]
    [InlineData("""{"filter":"verified=no"}""", 17)]
    [InlineData("""{"filter":"verified=ok"}""", 0)]
    [InlineData("""{"filter":"owner=demo@pbs!ci","limit":2}""", 5)]
    public async Task BackupList_Filters_ChooseSnapshots(string arguments, int expected)
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        Assert.Equal(expected, (await session.DoneAsync("backup_list", arguments)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task BackupServer_VerifyAndCollect_AreSeenAfterwards()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        string plan = await session.PlanAsync(
            """[{"method":"POST","path":"/admin/datastore/store1/verify"},{"method":"POST","path":"/admin/datastore/store1/gc"}]""", "backup");
        Assert.True((await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""")).GetProperty("complete").GetBoolean());
        JsonElement store = (await session.DoneAsync("datastore_list", """{"filter":"datastore=store1"}""")).GetProperty("rows")[0];
        Assert.Equal("OK", store.GetProperty("gc").GetString());
        Assert.NotEqual(0, (await session.DoneAsync("backup_list", """{"filter":"verified=ok"}""")).GetProperty("total").GetInt32());
        JsonElement tasks = await session.DoneAsync("task_list", """{"context":"backup","fields":"type,exit"}""");
        Assert.Contains(tasks.GetProperty("rows").EnumerateArray(), static row => row.GetProperty("type").GetString() == "garbage_collection");
    }

    [Fact]
    public async Task BackupServer_RemovingASnapshot_IsPlannedAndMade()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        string call = """
            [{"method":"DELETE","path":"/admin/datastore/store1/snapshots",
              "parameters":{"backup-type":"vm","backup-id":"7","backup-time":1767232800,"ns":"customers/acme"}}]
            """;
        string plan = await session.PlanAsync(call, "backup");
        await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""");
        Assert.Equal("not-found", await session.RefusedAsync("backup_list", """{"guest":"7"}"""));
        Assert.NotEqual(0, (await session.DoneAsync("audit_list", """{"context":"backup"}""")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await session.DoneAsync("audit_list", """{"context":"lab"}""")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task BackupAudit_OfBothProducts_FindsOldAndMissingBackups()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        JsonElement audit = await session.DoneAsync("backup_audit");
        string[] found = [.. audit.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("what").GetString()!)];
        Assert.Contains("vm 100", found);
        Assert.Contains("store1:customers/acme/vm/7", found);
        Assert.Equal(found.Length, audit.GetProperty("problems").GetInt32());

        // What is on a backup server may be the guest's own.
        Dictionary<string, string> problems = audit.GetProperty("rows").EnumerateArray().ToDictionary(
            static row => row.GetProperty("what").GetString()!, static row => row.GetProperty("problem").GetString()!);
        Assert.Contains("store1:vm/100 of backup, unless that is another guest", problems["vm 100"], StringComparison.Ordinal);
        Assert.Contains("no backup on the cluster's own storages, in no job", problems["vm 106"], StringComparison.Ordinal);

        // One rule for both tools: a template is no guest that needs a job.
        JsonElement overview = await session.DoneAsync("overview", """{"context":"lab"}""");
        Assert.Contains(
            (await session.Other.Raw.GetAsync("/cluster/backup-info/not-backed-up")).Data.EnumerateArray(),
            static guest => guest.GetProperty("vmid").ToString() == "9000");
        Assert.Equal(
            problems.Count(static row => row.Value.EndsWith("in no job", StringComparison.Ordinal)), overview.GetProperty("guests_in_no_backup_job").GetInt32());
        JsonElement recent = await session.DoneAsync("backup_audit", """{"context":"backup","max_age_days":3650}""");
        Assert.Equal(0, recent.GetProperty("problems").GetInt32());
        Assert.Equal(5, recent.GetProperty("checked").GetInt32());
    }

    [Fact]
    public async Task BackupFiles_OfAHost_AreListedWithTheCommandThatFetchesThem()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        JsonElement root = await session.DoneAsync("backup_files", """{"backup":"store1:host/laptop/2026-01-01T03:00:00Z"}""");
        Assert.False(root.TryGetProperty("fetch", out _));
        string archive = root.GetProperty("rows")[0].GetProperty("name").GetString()!;
        JsonElement files = await session.DoneAsync("backup_files", $$"""{"backup":"store1:host/laptop/2026-01-01T03:00:00Z","path":"{{archive}}"}""");
        Assert.Contains("hello.txt", files.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "prox backup restore host/laptop/2026-01-01T03:00:00Z root.pxar DIRECTORY --datastore store1 --pattern '/FILE'", files.GetProperty("fetch").GetString());
    }

    [Fact]
    public async Task Api_OfBothProducts_IsFoundDescribedAndRead()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        JsonElement hits = await session.DoneAsync("api_search", """{"context":"backup","query":"datastore prune"}""");
        Assert.Contains("/admin/datastore/{store}/prune", hits.ToString(), StringComparison.Ordinal);
        JsonElement prune = await session.DoneAsync("api_describe", """{"context":"backup","method":"POST","path":"/admin/datastore/store1/prune"}""");
        Assert.Equal("destructive", prune.GetProperty("class").GetString());
        JsonElement one = await session.DoneAsync("api_describe", """{"method":"PUT","path":"/nodes/pve1/qemu/100/config","parameters":"memory,cores"}""");
        Assert.Equal(2, one.GetProperty("parameters").EnumerateObject().Count());
        string privileges = one.GetProperty("privileges").GetString()!;
        Assert.Contains("VM.Config.Disk", privileges, StringComparison.Ordinal);
        Assert.Contains(" on /vms/{vmid}", privileges, StringComparison.Ordinal);
        Assert.DoesNotContain("List`1", privileges, StringComparison.Ordinal);
        Assert.Equal("usage", await session.RefusedAsync("api_read", """{"path":"/admin/datastore/store1/snapshots"}"""));
        await session.DoneAsync("api_read", """{"context":"backup","path":"/admin/datastore/store1/snapshots"}""");
    }

    [Fact]
    public async Task OnlyContext_MayBeNamed_AndNoOther()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        Assert.Equal(12, (await session.DoneAsync("guest_list", """{"context":"lab"}""")).GetProperty("total").GetInt32());
        string plan = await session.PlanAsync("""[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"description":"x"}}]""", "lab");
        Assert.True((await session.DoneAsync("apply", $$"""{"context":"lab","plan":"{{plan}}"}""")).GetProperty("complete").GetBoolean());
        Assert.Equal("usage", await session.RefusedAsync("plan", """{"context":"other","calls":[]}"""));
        Assert.Equal("usage", await session.RefusedAsync("overview", """{"context":7}"""));
    }

    [Fact]
    public async Task Apply_OfSeveralContexts_TakesTheOneOfThePlan_AndRefusesAnother()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        string lab = await session.PlanAsync("""[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"description":"x"}}]""", "lab");
        string backup = await session.PlanAsync("""[{"method":"POST","path":"/admin/datastore/store1/verify"}]""", "backup");
        JsonElement refusal = await session.FailureAsync("apply", $$"""{"context":"lab","plan":"{{backup}}"}""");
        Assert.Equal("refused-context", refusal.GetProperty("error").GetString());
        Assert.Contains("was made in the context backup, and not in lab", refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("refused-context", await session.RefusedAsync("apply", $$"""{"context":"backup","plan":"{{lab}}"}"""));
        Assert.Equal("usage", await session.RefusedAsync("apply", $$"""{"context":"other","plan":"{{lab}}"}"""));
        Assert.Equal(0, (await session.DoneAsync("audit_list", """{"context":"lab"}""")).GetProperty("total").GetInt32());

        // By itself, and by its name.
        Assert.True((await session.DoneAsync("apply", $$"""{"context":"backup","plan":"{{backup}}"}""")).GetProperty("complete").GetBoolean());
        Assert.True((await session.DoneAsync("apply", $$"""{"plan":"{{lab}}"}""")).GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task Overview_OneServerDown_StillShowsTheOther()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        session.Pbs!.Faults.When(static _ => true, Fault.DropBeforeExecution, 100);
        CallToolResult result = await session.CallAsync("overview");
        JsonElement[] contexts = [.. result.StructuredContent!.Value.GetProperty("contexts").EnumerateArray()];
        Assert.Equal(3, contexts[0].GetProperty("nodes").GetArrayLength());
        Assert.True(contexts[1].TryGetProperty("error", out _));
        Assert.Contains("backup: not reached", AgentSession.TextOf(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overview_WhatTheTokenMayNotRead_IsNamed()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        session.Pve.Faults.When(static request => request.Path.EndsWith("/cluster/tasks", StringComparison.Ordinal), Fault.Status(403, "Permission check failed"), 10);
        JsonElement overview = await session.DoneAsync("overview", """{"context":"lab"}""");
        Assert.Contains("/cluster/tasks", overview.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overview_TokenThatMayMoreThanThePolicy_SaysSo_AndAsksTheServerOnce()
    {
        await using AgentSession session = await AgentSession.StartAsync("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        CallToolResult first = await session.CallAsync("overview");
        JsonElement token = first.StructuredContent!.Value.GetProperty("token");
        Assert.Equal(["read", "reversible"], token.GetProperty("policy_allows").EnumerateArray().Select(static name => name.GetString()!));
        string[] beyond = [.. token.GetProperty("beyond_policy").EnumerateArray().Select(static name => name.GetString()!)];
        Assert.Equal(["exec", "privileged", "destructive", "disruptive"], beyond.Select(static name => name.Split(' ')[0]));
        Assert.Equal("exec (Sys.Console, VM.Console, VM.GuestAgent.FileRead, +2)", beyond[0]);
        Assert.Contains("the policy allows read, reversible", AgentSession.TextOf(first), StringComparison.Ordinal);

        // What the policy says counts at once; what the token may do is asked once.
        await File.WriteAllTextAsync(
            session.Site.PolicyPath("lab"),
            """{"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged","exec"]}],"exec":{"enabled":true}}""",
            TestContext.Current.CancellationToken);
        JsonElement second = await session.DoneAsync("overview");
        Assert.False(second.TryGetProperty("token", out _), second.ToString());
        Assert.Equal(1, session.Site.Requests().Count(static request => request.Path.EndsWith("/access/permissions", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Overview_OfAPolicyThatIsNotUnderstood_SaysThatEverythingIsRefused()
    {
        await using AgentSession session = await AgentSession.StartAsync("""{"version":1,"alow":[]}""");
        JsonElement overview = await session.DoneAsync("overview");
        Assert.Contains("alow", overview.GetProperty("policy").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, overview.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Overview_WhereTheRightsCannotBeRead_NamesIt()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        session.Pve.Faults.When(static request => request.Path.EndsWith("/access/permissions", StringComparison.Ordinal), Fault.Status(403, "Permission check failed"), 10);
        JsonElement overview = await session.DoneAsync("overview", """{"context":"lab"}""");
        Assert.Contains("/access/permissions", overview.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
        Assert.True((await session.DoneAsync("overview", """{"context":"backup"}""")).TryGetProperty("token", out _));
    }
}
