using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp.Tests;

/// <summary>What a tool says where its arguments make no sense: which, and what to do instead.</summary>
public sealed class UsageTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","exec"]}],"approval":{"exec":"none"},"exec":{"enabled":true}}""";

    [Theory]
    [InlineData("guest_list", """{"limit":0}""")]
    [InlineData("task_list", """{"limit":0}""")]
    [InlineData("api_read", """{"path":"/nodes","limit":0}""")]
    [InlineData("api_search", """{"query":"qemu","limit":"0"}""")]
    public async Task List_WithALimitOfNone_IsAUsageError(string tool, string arguments)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        JsonElement failure = await session.FailureAsync(tool, arguments);
        Assert.Equal("usage", failure.GetProperty("error").GetString());
        Assert.Equal("The argument 'limit' must be a whole number of 1 or more.", failure.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("guest_list", """{"offset":900}""", "900")]
    [InlineData("api_read", """{"path":"/nodes","offset":50}""", "50")]
    [InlineData("task_list", """{"offset":5000}""", "5000")]
    public async Task List_FromBehindItsEnd_SaysHowManyThereAre(string tool, string arguments, string offset)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        CallToolResult result = await session.CallAsync(tool, arguments);
        JsonElement answer = result.StructuredContent!.Value;
        long total = answer.GetProperty("total").GetInt64();
        Assert.Equal(0, answer.GetProperty("returned").GetInt32());
        Assert.Equal(total > 0 ? $"{total} in all, none after offset {offset}" : "none", AgentSession.TextOf(result));
        Assert.True(total > 0 || tool == "task_list", $"{total} rows");
    }

    [Fact]
    public async Task List_OfNothing_SaysNone()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        Assert.Equal("none", AgentSession.TextOf(await session.CallAsync("guest_list", """{"filter":"name=nobody"}""")));
    }

    [Fact]
    public async Task Plan_OfNoCalls_SaysSoWithoutWordsOfTheRuntime()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        JsonElement failure = await session.FailureAsync("plan", """{"calls":[]}""");
        Assert.Equal("usage", failure.GetProperty("error").GetString());
        Assert.Equal("A plan needs a call.", failure.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("/nodes/pve2/qemu/104/agent/exec-status")]
    [InlineData("/version")]
    public async Task Plan_OfAGet_NamesTheToolThatReads(string path)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        JsonElement failure = await session.FailureAsync("plan", $$"""{"calls":[{"method":"GET","path":"{{path}}","parameters":{"pid":1} }]}""");
        Assert.Equal("usage", failure.GetProperty("error").GetString());
        Assert.Contains("Read it with api_read", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApiRead_OfTheEndOfAProgram_SaysWhereItIs()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        JsonElement failure = await session.FailureAsync("api_read", """{"path":"/nodes/pve2/qemu/104/agent/exec-status","parameters":{"pid":1}}""");
        Assert.Contains("is in the answer of the apply that ran it", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
