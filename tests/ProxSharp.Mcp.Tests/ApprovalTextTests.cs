using System.Text.Json;

namespace ProxSharp.Mcp.Tests;

/// <summary>What people are shown who approve: the calls, not what a file says about them.</summary>
public sealed class ApprovalTextTests
{
    [Fact]
    public async Task Question_InTheClient_ShowsEveryCallInFull()
    {
        await using AgentSession session = await AgentSession.StartAsync("""
            {"version":1,"allow":[{"classes":["privileged"]}],"approval":{"privileged":"elicitation"}}
            """);
        session.Reply = "decline";
        string plan = await session.PlanAsync(
            """[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"args":"-nographic","cipassword":"hunter2-hunter2"}}]""");
        Assert.Equal("refused-declined", await session.RefusedAsync("apply", $$"""{"plan":"{{plan}}"}"""));

        string question = session.LastQuestion!.Message;
        Assert.Contains("1. PUT /nodes/pve1/qemu/106/config args=-nographic", question, StringComparison.Ordinal);
        Assert.Contains("(privileged)", question, StringComparison.Ordinal);
        Assert.Contains("Acts on guest 106 (staging)", question, StringComparison.Ordinal);
        Assert.Contains("Masked as secrets: cipassword.", question, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_PastTheClient_ShowsEveryCallInFull()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions
        {
            Policy = """{"version":1,"allow":[{"classes":["reversible"]}],"approval":{"reversible":"elicitation-url"}}""",
            CanVisit = true,
        });
        string html = "";
        session.Visit = async page =>
        {
            using HttpClient http = new();
            html = await http.GetStringAsync(page, TestContext.Current.CancellationToken);
            using FormUrlEncodedContent form = new([new KeyValuePair<string, string>("answer", "approve")]);
            using HttpResponseMessage answer = await http.PostAsync(page, form, TestContext.Current.CancellationToken);
        };
        string plan = await session.PlanAsync(
            """[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"description":"<b>bold</b>","memory":2048}}]""");
        JsonElement done = await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""");

        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Contains("1. PUT /nodes/pve1/qemu/106/config", html, StringComparison.Ordinal);
        Assert.Contains("memory=2048", html, StringComparison.Ordinal);
        Assert.Contains("(reversible)", html, StringComparison.Ordinal);
        Assert.Contains("It can be taken back:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
    }
}
