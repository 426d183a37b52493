using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>What is asked for and cannot be done is said, and what is a secret is not told.</summary>
public sealed class ArgumentTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"}}""";

    [Theory]
    [InlineData("/cluster/notifications/endpoints/webhook/wh1")]
    [InlineData("/cluster/notifications/endpoints/webhook")]
    public async Task ApiRead_AddressOfAWebhook_IsCutDownToItsServer(string path)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        await root.Raw.PostAsync("/cluster/notifications/endpoints/webhook", new ApiParameters
        {
            { "name", "wh1" }, { "method", "post" }, { "url", "https://user@hooks.example/services/T0/B0/s3cr3t?key=q1" },
        });
        CallToolResult read = await session.CallAsync("api_read", $$"""{"path":"{{path}}"}""");
        string text = AgentSession.TextOf(read) + read.StructuredContent;
        Assert.Contains("hooks.example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal);
        Assert.DoesNotContain("q1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApiRead_FilterOnAnObject_IsSaidToChooseNothing()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        JsonElement read = await session.DoneAsync("api_read", """{"path":"/nodes/pve1/qemu/106/config","filter":"memory>1"}""");
        Assert.Contains("filter and sort choose nothing", read.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan", """{"calls":[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":[],"cores":3}}]}""", "'memory' is an empty list")]
    [InlineData("plan", """{"calls":[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":null}}]}""", "'memory' is null")]
    [InlineData("plan", """{"calls":[{"method":"POST","path":"/nodes/pve1/qemu/106/status/shutdown","params":{"timeout":5}}]}""", "it has 'params'")]
    [InlineData("plan", """{"calls":[{"method":"POST","path":"/nodes/pve1/qemu/106/status/shutdown","approval":"none"}]}""", "and nothing else")]
    [InlineData("plan_retire", """{"vmid":106,"keep_days":2147483647}""", "'keep_days' is at most 3650")]
    public async Task Plan_ArgumentThatWouldBeChangedSilently_IsRefused(string tool, string arguments, string expected)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        CallToolResult result = await session.CallAsync(tool, arguments);
        Assert.True(result.IsError);
        Assert.Contains(expected, AgentSession.TextOf(result), StringComparison.Ordinal);
        Assert.Equal(0, session.Writes);
    }

    [Theory]
    [InlineData("DELETE", "/nodes/pve1/qemu/106/status/start", "no such call, the path has POST")]
    [InlineData("POST", "/nodes/pve1/nothing-of-this", "no such call, and nothing under this path")]
    public async Task Plan_CallThatDoesNotExist_IsToldFromOneThatNobodyHasClassified(string method, string path, string expected)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        CallToolResult result = await session.CallAsync("plan", $$"""{"calls":[{"method":"{{method}}","path":"{{path}}"}]}""");
        Assert.True(result.IsError);
        Assert.Contains(expected, AgentSession.TextOf(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_WayBackThatThePolicyRefuses_IsSaid()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        CallToolResult refused = await session.CallAsync(
            "plan", """{"calls":[{"method":"PUT","path":"/nodes/pve1/lxc/200/config","parameters":{"mp0":"local-lvm:1,mp=/x"}}]}""");
        Assert.Contains("can be taken back only by what is destructive, which the policy refuses", AgentSession.TextOf(refused), StringComparison.Ordinal);
        Assert.Equal("destructive", refused.StructuredContent!.Value.GetProperty("undo_refused").GetString());

        CallToolResult possible = await session.CallAsync(
            "plan", """{"calls":[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":1024}}]}""");
        Assert.Contains("(reversible, can be taken back, no approval needed)", AgentSession.TextOf(possible), StringComparison.Ordinal);
        Assert.False(possible.StructuredContent!.Value.TryGetProperty("undo_refused", out _));
    }

    [Theory]
    [InlineData("false", false, "FAILED")]
    [InlineData("hostname", true, "done")]
    public async Task Apply_ProgramInAGuest_HasSucceededOnlyIfItEndedWell(string program, bool expected, string word)
    {
        await using AgentSession session = await AgentSession.StartAsync($$"""
            {"version":1,"allow":[{"classes":["exec"]}],"approval":{"exec":"none"},"exec":{"enabled":true,"templates":[{"command":["{{program}}"]}]} }
            """);
        string plan = await session.PlanAsync($$"""[{"method":"POST","path":"/nodes/pve1/qemu/100/agent/exec","parameters":{"command":["{{program}}"]} }]""");
        CallToolResult applied = await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");
        JsonElement step = applied.StructuredContent!.Value.GetProperty("steps")[0];
        Assert.Equal(expected, step.GetProperty("succeeded").GetBoolean());
        Assert.Equal(expected, step.GetProperty("program").GetProperty("exitcode").GetInt32() == 0);
        Assert.Contains(word, AgentSession.TextOf(applied), StringComparison.Ordinal);
    }
}
