using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Mcp.Tests;

/// <summary>A server that is down is named with the reason, and hides nothing of the others.</summary>
public sealed class PartialAnswerTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"}}""";

    private static SessionOptions Both => new() { WithBackup = true, Policy = Policy };

    [Theory]
    [InlineData("backup_audit", """{"all":true,"limit":200}""")]
    [InlineData("task_list", "{}")]
    [InlineData("overview", "{}")]
    public async Task AnswerAboutAll_OneServerDown_HasTheOthersAndNamesIt(string tool, string arguments)
    {
        foreach (bool isBackupDown in new[] { true, false })
        {
            await using AgentSession session = await AgentSession.StartAsync(Both);
            (isBackupDown ? session.Pbs!.Faults : session.Pve.Faults).When(static _ => true, Fault.DropBeforeExecution, 1000);
            (string down, string up) = isBackupDown ? ("backup", "lab") : ("lab", "backup");

            CallToolResult result = await session.CallAsync(tool, arguments);

            Assert.NotEqual(true, result.IsError);
            string text = AgentSession.TextOf(result);
            Assert.Contains($"{down}: ", text, StringComparison.Ordinal);
            Assert.True(tool == "task_list" || text.Contains(up, StringComparison.Ordinal), text);
        }
    }

    [Fact]
    public async Task BackupAudit_OneServerDown_NamesItAsMissing()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        session.Pbs!.Faults.When(static _ => true, Fault.DropBeforeExecution, 1000);
        JsonElement part = await session.DoneAsync("backup_audit");
        Assert.StartsWith("backup: ", part.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, part.GetProperty("checked").GetInt32());
        Assert.True((await session.CallAsync("backup_audit", """{"context":"backup"}""")).IsError);
    }

    [Fact]
    public async Task BackupList_OfANameWhoseClusterIsDown_SaysThatItIs()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        session.Pve.Faults.When(static _ => true, Fault.DropBeforeExecution, 1000);
        JsonElement answer = await session.DoneAsync("backup_list", """{"guest":"web-1","context":"backup"}""");
        Assert.StartsWith("lab: ", answer.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, (await session.DoneAsync("backup_list", """{"guest":"laptop","context":"backup"}""")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task TaskList_OfAGuest_HasNoneOfGuestsWhoseNumbersBeginSo()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        string plan = await session.PlanAsync("""[{"method":"POST","path":"/admin/datastore/store1/verify","parameters":{"backup-type":"vm","backup-id":"100"}}]""", "backup");
        await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");
        Assert.NotEqual(0, (await session.DoneAsync("task_list", """{"context":"backup","vmid":100}""")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await session.DoneAsync("task_list", """{"context":"backup","vmid":10}""")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await session.DoneAsync("task_list", """{"context":"backup","vmid":1}""")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Plan_IsNamedByItsFirstDigits_AsRefusalsShowThem()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        const string calls = """[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"description":"new"}}]""";
        string plan = await session.PlanAsync(calls, "lab");
        Assert.Equal("refused-unknown-plan", await session.RefusedAsync("apply", $$"""{"plan":"{{plan[..11]}}"}"""));
        Assert.Equal("refused-unknown-plan", await session.RefusedAsync("apply", """{"plan":"000000000000"}"""));
        Assert.Equal("refused-unknown-plan", await session.RefusedAsync("apply", """{"plan":"../../../../../etc"}"""));
        Assert.Equal(plan, (await session.DoneAsync("plan", $$"""{"plan":"{{plan[..12]}}"}""")).GetProperty("plan").GetString());
        JsonElement done = await session.DoneAsync("apply", $$"""{"plan":"{{plan[..12]}}"}""");
        Assert.Equal(plan, done.GetProperty("plan").GetString());
        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Contains(plan[..12], (await session.FailureAsync("apply", $$"""{"plan":"{{plan[..12]}}"}""")).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_WhoseDigitsTwoPlansBeginWith_IsRefused()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        string plan = await session.PlanAsync("""[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"description":"new"}}]""", "lab");
        string other = plan[..63] + (plan[63] == '0' ? '1' : '0');
        string folder = Path.Combine(session.Site.StateFolder("lab"), "plans");
        File.Copy(Path.Combine(folder, plan + ".json"), Path.Combine(folder, other + ".json"));
        JsonElement failure = await session.FailureAsync("apply", $$"""{"plan":"{{plan[..12]}}"}""");
        Assert.Contains("Several plans start so", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
