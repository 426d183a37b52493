using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>A change of a guest that runs may wait for its next start: nobody is to take it for done.</summary>
public sealed class PendingValueTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none"}}""";

    [Theory]
    [InlineData(100, "/nodes/pve1/qemu/100", "memory", "4096", "POST")]
    [InlineData(100, "/nodes/pve1/qemu/100", "memory", "4096", "PUT")]
    public async Task Apply_OnAGuestThatRuns_SaysWhatWaitsForItsNextStart(int vmid, string path, string setting, string next, string method)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string now = (await session.Other.Raw.GetAsync($"{path}/config")).Data.GetProperty(setting).ToString();
        Assert.NotEqual(next, now);
        string plan = await session.PlanAsync($$$"""[{"method":"{{{method}}}","path":"{{{path}}}/config","parameters":{"{{{setting}}}":{{{next}}},"tags":"web;new"}}]""");

        CallToolResult done = await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");

        JsonElement pending = done.StructuredContent!.Value.GetProperty("pending").GetProperty($"{vmid}");
        Assert.Equal(setting, Assert.Single(pending.EnumerateObject()).Name);
        Assert.Equal((now, next), (pending.GetProperty(setting).GetProperty("now").ToString(), pending.GetProperty(setting).GetProperty("next").ToString()));
        Assert.EndsWith($"\nwaits for the next start of guest {vmid}: {setting} {next} (now {now})", AgentSession.TextOf(done), StringComparison.Ordinal);
        Assert.Equal(1, session.Site.Requests().Count(static request => request.Path.EndsWith("/pending", StringComparison.Ordinal)));

        CallToolResult shown = await session.CallAsync("guest_show", $$"""{"vmid":{{vmid}}}""");
        Assert.Equal(now, shown.StructuredContent!.Value.GetProperty("config").GetProperty(setting).ToString());
        Assert.Equal(next, shown.StructuredContent!.Value.GetProperty("pending").GetProperty(setting).GetProperty("next").ToString());
        Assert.Contains($"\n{setting}: {now}\n", AgentSession.TextOf(shown), StringComparison.Ordinal);
        Assert.Contains($"\nfrom the next start: {setting} {next} (now {now})\n", AgentSession.TextOf(shown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setting_ThatIsRemovedAtTheNextStart_IsTold()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        await session.Other.Raw.PutAsync("/nodes/pve1/qemu/100/config", new() { { "delete", "memory" } });
        CallToolResult shown = await session.CallAsync("guest_show", """{"vmid":100}""");
        Assert.True(shown.StructuredContent!.Value.GetProperty("pending").GetProperty("memory").GetProperty("removed").GetBoolean());
        Assert.Contains("\nfrom the next start: memory removed (now ", AgentSession.TextOf(shown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GuestThatIsStopped_HasNothingThatWaits()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":3072}}]""");
        Assert.False((await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""")).TryGetProperty("pending", out _));
        JsonElement shown = await session.DoneAsync("guest_show", """{"vmid":106}""");
        Assert.False(shown.TryGetProperty("pending", out _));
        Assert.Equal("3072", shown.GetProperty("config").GetProperty("memory").ToString());
    }

    [Fact]
    public async Task SecretThatWaits_IsMasked()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        await session.Other.Raw.PutAsync("/nodes/pve1/qemu/100/config", new() { { "cipassword", "hunter2-secret" } });
        CallToolResult shown = await session.CallAsync("guest_show", """{"vmid":100}""");
        JsonElement pending = shown.StructuredContent!.Value.GetProperty("pending");
        Assert.DoesNotContain("hunter2-secret", AgentSession.TextOf(shown) + pending, StringComparison.Ordinal);
        Assert.True(pending.TryGetProperty("cipassword", out _), pending.ToString());
    }

    [Fact]
    public async Task ArgumentsOfAProgram_AreMaskedAsTheyAreInPlans()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        await using PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        await root.Raw.PutAsync("/nodes/pve1/qemu/100/config", new() { { "args", "-object secret,id=s,data=hunter2-next" } });
        string shown = Whole(await session.CallAsync("guest_show", """{"vmid":100}"""));
        string read = Whole(await session.CallAsync("api_read", """{"path":"/nodes/pve1/qemu/100/pending"}"""));
        Assert.DoesNotContain("hunter2", shown + read, StringComparison.Ordinal);
        Assert.Contains("args ***", shown, StringComparison.Ordinal);
    }

    private static string Whole(CallToolResult result) => AgentSession.TextOf(result) + result.StructuredContent;

    [Fact]
    public async Task WhatWaitsCannotBeRead_TheAnswerOfApplyComesAllTheSame()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/100/config","parameters":{"memory":4096}}]""");
        session.Pve.Faults.When(static request => request.Path.EndsWith("/pending", StringComparison.Ordinal), Fault.DropBeforeExecution, 100);
        JsonElement done = await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""");
        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Contains("/pending", done.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
    }
}
