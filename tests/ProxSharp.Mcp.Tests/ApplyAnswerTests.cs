using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Operations;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Mcp.Tests;

/// <summary>The answer of <c>apply</c> names every call that was made, whatever goes wrong after it.</summary>
public sealed class ApplyAnswerTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"targetsPerPlan":9}}""";
    private const string Config = "/nodes/pve1/qemu/106/config";

    [Fact]
    public async Task Clone_ThatCannotBeSeen_IsDoneWithANote()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string plan = await session.PlanAsync($$$"""
            [{"method":"POST","path":"/nodes/pve1/qemu/106/clone","parameters":{"newid":800}},
             {"method":"POST","path":"{{{Config}}}","parameters":{"memory":3072}}]
            """);
        session.Pve.Faults.When(
            static request => request.Path.EndsWith("/800/config", StringComparison.Ordinal), Fault.Status(403, "Permission check failed (/vms/800, VM.Audit)"), 100);

        CallToolResult answer = await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");

        JsonElement value = answer.StructuredContent!.Value;
        Assert.True(value.GetProperty("complete").GetBoolean());
        JsonElement[] steps = [.. value.GetProperty("steps").EnumerateArray()];
        Assert.All(steps, static step => Assert.True(step.GetProperty("succeeded").GetBoolean() && step.GetProperty("number").GetInt32() > 0));
        Assert.Contains("VM.Audit", steps[0].GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.False(steps[1].TryGetProperty("note", out _));
        Assert.Contains("NOTE: ", Assert.IsType<TextContentBlock>(answer.Content[0]).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("overview", "{}")]
    [InlineData("plan", """{"calls":[{"method":"POST","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":3072}}]}""")]
    public async Task Answer_WhileChangesAreFrozen_SaysSoBeforeAnythingIsApplied(string tool, string arguments)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        Assert.False((await session.DoneAsync(tool, arguments)).TryGetProperty("frozen", out _));
        new FreezeSwitch(session.Site.StateFolder("lab")).Freeze(TimeSpan.FromHours(1), "storage work");

        string? frozen = (await session.DoneAsync(tool, arguments)).GetProperty("frozen").GetString();

        Assert.StartsWith("Changes are frozen until ", frozen, StringComparison.Ordinal);
        Assert.EndsWith(": storage work.", frozen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "The plan was not completed; not done: POST /nodes/pve1/qemu/106/config memory=2560")]
    [InlineData(2, "The plan was carried out to its last call; the ledger does not say so.")]
    public async Task Outcome_WithoutRoomInTheLedger_HidesNoStep(int which, string end)
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string plan = await session.PlanAsync($$$"""
            [{"method":"POST","path":"{{{Config}}}","parameters":{"cores":2}},{"method":"POST","path":"{{{Config}}}","parameters":{"memory":3072}},
             {"method":"POST","path":"{{{Config}}}","parameters":{"memory":2560}}]
            """);
        int changes = 0;
        session.Pve.Faults.When(
            request =>
            {
                if (request.Method == "POST" && changes++ == which)
                {
                    Directory.CreateDirectory(Path.Combine(session.Site.StateFolder("lab"), "ledger.head.new"));
                }

                return false;
            },
            Fault.ConnectionRefused);

        CallToolResult answer = await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");

        JsonElement value = answer.StructuredContent!.Value;
        Assert.False(value.GetProperty("complete").GetBoolean());
        JsonElement last = value.GetProperty("steps").EnumerateArray().Last();
        Assert.Equal(which + 1, value.GetProperty("steps").GetArrayLength());
        Assert.Equal((true, 0), (last.GetProperty("succeeded").GetBoolean(), last.GetProperty("number").GetInt32()));
        Assert.Contains("is not on record", last.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal(2 - which, value.GetProperty("not_done").GetArrayLength());
        Assert.EndsWith(end, Assert.IsType<TextContentBlock>(answer.Content[0]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcome_ThatNobodyKnows_IsNotCalledAFailure()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string plan = await session.PlanAsync($$$"""[{"method":"POST","path":"{{{Config}}}","parameters":{"cores":3}}]""");
        session.Pve.Faults.When(static request => request.Method == "POST" && request.Path.EndsWith("/106/config", StringComparison.Ordinal), Fault.DropAfterExecution);

        CallToolResult answer = await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");

        Assert.True(answer.StructuredContent!.Value.TryGetProperty("steps", out JsonElement steps), AgentSession.TextOf(answer));
        JsonElement step = steps[0];
        Assert.False(step.TryGetProperty("succeeded", out _));
        Assert.Equal("unknown", step.GetProperty("outcome").GetString());
        string text = Assert.IsType<TextContentBlock>(answer.Content[0]).Text;
        Assert.StartsWith("UNKNOWN whether it succeeded: POST ", text, StringComparison.Ordinal);
        Assert.Contains("before anything is planned again", text, StringComparison.Ordinal);
    }
}
