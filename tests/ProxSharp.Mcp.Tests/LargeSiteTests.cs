using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>Two thousand guests with names as long as names can be: answers stay small, and say truly what they leave out.</summary>
public sealed class LargeSiteTests
{
    private const int Guests = 2000;
    private const int MostTokens = 6000;

    [Fact]
    public async Task GuestList_ByPages_NamesEachGuestOnce_AndSaysTrulyWhatIsLeft()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Cluster = Build });
        HashSet<int> seen = [];
        int? next = 0;
        int pages = 0;
        while (next is { } offset)
        {
            CallToolResult result = await session.CallAsync("guest_list", $$"""{"fields":"vmid,name","limit":500,"offset":{{offset}} }""");
            JsonElement page = result.StructuredContent!.Value;
            int[] rows = [.. page.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("vmid").GetInt32())];
            Assert.Equal(rows.Length, page.GetProperty("returned").GetInt32());
            Assert.Equal(Guests, page.GetProperty("total").GetInt32());
            Assert.All(rows, vmid => Assert.True(seen.Add(vmid), $"{vmid} came twice."));
            next = page.GetProperty("next").ValueKind == JsonValueKind.Null ? null : page.GetProperty("next").GetInt32();
            Assert.Equal(next is not null, page.GetProperty("truncated").GetBoolean());
            Assert.Equal(next ?? Guests, seen.Count);
            Assert.Equal(next is not null, AgentSession.TextOf(result).Contains($"go on with offset {next}", StringComparison.Ordinal));
            pages++;
        }

        Assert.Equal(Guests, seen.Count);
        Assert.InRange(pages, 5, 50);
    }

    [Fact]
    public async Task Plan_OverAllGuests_IsToldByPages()
    {
        const string policy = """
            {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":100000},"approval":{"disruptive":"none"}}
            """;
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Cluster = Build, Policy = policy });
        CallToolResult first = await session.CallAsync(
            "plan", """{"calls":[{"method":"PUT","path":"/cluster/firewall/options","parameters":{"enable":1}}]}""");
        Assert.True(first.IsError != true, AgentSession.TextOf(first));
        Assert.InRange(Tokens.Count(AgentSession.TextOf(first)), 1, MostTokens);
        JsonElement page = first.StructuredContent!.Value;
        string plan = page.GetProperty("plan").GetString()!;
        int total = page.GetProperty("total").GetInt32();
        Assert.True(total > Guests, $"{total} sentences");

        // A page near the start, which goes on where the first one ended, and the end.
        int next = page.GetProperty("next").GetInt32();
        Assert.Equal(page.GetProperty("consequences").GetArrayLength(), next);
        JsonElement second = await session.DoneAsync("plan", $$"""{"plan":"{{plan}}","offset":{{next}} }""");
        Assert.Equal(next, second.GetProperty("first").GetInt32());
        Assert.NotEqual(page.GetProperty("consequences")[next - 1].GetString(), second.GetProperty("consequences")[0].GetString());
        JsonElement last = await session.DoneAsync("plan", $$"""{"plan":"{{plan}}","offset":{{total - 2}} }""");
        Assert.Equal(2, last.GetProperty("returned").GetInt32());
        Assert.False(last.GetProperty("truncated").GetBoolean());
        Assert.Contains("'calls' is missing", AgentSession.TextOf(await session.CallAsync("plan", "{}")), StringComparison.Ordinal);
        Assert.Contains("leave out 'calls'", AgentSession.TextOf(await session.CallAsync("plan", $$"""{"plan":"{{plan}}","calls":[]}""")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("guest_list", "{}")]
    [InlineData("guest_list", """{"limit":500}""")]
    [InlineData("guest_list", """{"limit":500,"filter":"status=stopped","fields":"vmid,name,node,status,tags"}""")]
    [InlineData("overview", "{}")]
    [InlineData("guest_show", """{"vmid":100}""")]
    [InlineData("api_read", """{"path":"/cluster/resources"}""")]
    [InlineData("api_read", """{"path":"/cluster/resources","limit":500}""")]
    [InlineData("access_list", """{"path":"/vms/100"}""")]
    [InlineData("task_list", """{"limit":500}""")]
    [InlineData("storage_list", """{"limit":500}""")]
    public async Task Answer_OfEachTool_StaysWithinTheBudgetOfATask(string tool, string arguments)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Cluster = Build });
        CallToolResult result = await session.CallAsync(tool, arguments);
        Assert.True(result.IsError != true, AgentSession.TextOf(result));
        int tokens = Tokens.Count(AgentSession.TextOf(result));
        TestContext.Current.TestOutputHelper!.WriteLine($"{tool} {arguments}: {tokens} tokens");
        Assert.InRange(tokens, 1, MostTokens);
    }

    private static void Build(ClusterBuilder cluster)
    {
        DefaultCluster.Build(cluster);
        for (int i = 0; i < Guests - 12; i++)
        {
            string label = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i)))[..61];
            string name = string.Create(CultureInfo.InvariantCulture, $"g{i:0000}.{label}.{label}.{label}.{label[..57]}.org");
            cluster.AddVm($"pve{1 + (i % 3)}", 10000 + i, name, static vm => vm.Options["tags"] = "many");
        }
    }
}
