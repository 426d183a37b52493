using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Tools;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Mcp.Tests;

/// <summary>Servers give out long lists in pages: a filter looks at all of it, and an answer about a part says so.</summary>
public sealed class ServerPageTests
{
    private const int Newer = 60;
    private const string Tasks = "/nodes/pve1/tasks";

    [Fact]
    public async Task ApiRead_WithAFilter_LooksAtMoreThanTheFirstPage()
    {
        await using AgentSession session = await WithOldTaskAsync();
        JsonElement found = await session.DoneAsync("api_read", $$"""{"path":"{{Tasks}}","filter":"type=vzdump","fields":"type,id"}""");
        Assert.Equal("106", Assert.Single(found.GetProperty("rows").EnumerateArray()).GetProperty("id").GetString());
        Assert.False(found.GetProperty("truncated").GetBoolean());
        JsonElement first = await session.DoneAsync("api_read", $$"""{"path":"{{Tasks}}","sort":"-type","limit":1}""");
        Assert.Equal("vzdump", first.GetProperty("rows")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task ApiRead_WithoutAFilter_HasTheServersTotalAndGoesOn()
    {
        await using AgentSession session = await WithOldTaskAsync();
        JsonElement page = await session.DoneAsync("api_read", $$"""{"path":"{{Tasks}}","fields":"type"}""");
        Assert.Equal((50, Newer + 1, 50), (page.GetProperty("returned").GetInt32(), page.GetProperty("total").GetInt32(), page.GetProperty("next").GetInt32()));
        Assert.True(page.GetProperty("truncated").GetBoolean());
        JsonElement rest = await session.DoneAsync("api_read", $$"""{"path":"{{Tasks}}","fields":"type","offset":50}""");
        Assert.Equal((Newer + 1 - 50, false), (rest.GetProperty("returned").GetInt32(), rest.GetProperty("truncated").GetBoolean()));
    }

    [Fact]
    public async Task ApiRead_OfAPageThatTheCallerChose_SaysWhatWasNotLookedAt()
    {
        await using AgentSession session = await WithOldTaskAsync();
        JsonElement none = await session.DoneAsync("api_read", $$"""{"path":"{{Tasks}}","parameters":{"limit":2},"filter":"type=vzdump"}""");
        Assert.Equal((0, true), (none.GetProperty("total").GetInt32(), none.GetProperty("truncated").GetBoolean()));
        Assert.Contains($"only 2 of the server's {Newer + 1} rows were looked at", none.GetProperty("note").GetString(), StringComparison.Ordinal);
        JsonElement all = await session.DoneAsync("api_read", $$"""{"path":"{{Tasks}}","parameters":{"limit":500} }""");
        Assert.False(all.TryGetProperty("note", out _));
    }

    [Fact]
    public async Task ApiRead_OfAListWithoutPages_HasAllOfItUnlessTheCallerChose()
    {
        await using AgentSession session = await WithOldTaskAsync();
        JsonElement all = await session.DoneAsync("api_read", """{"path":"/cluster/log","fields":"msg","limit":5}""");
        int total = all.GetProperty("total").GetInt32();
        Assert.True(total > 50, $"{total} entries");
        Assert.Equal(5, all.GetProperty("next").GetInt32());
        JsonElement some = await session.DoneAsync("api_read", """{"path":"/cluster/log","parameters":{"max":3},"fields":"msg"}""");
        Assert.Equal(3, some.GetProperty("returned").GetInt32());
    }

    [Fact]
    public async Task ApiRead_OfATextOfLines_HasThemLineByLine()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement page = await session.DoneAsync("api_read", """{"context":"backup","path":"/nodes/localhost/report","offset":1}""");
        Assert.Equal("==== system ====", (await session.DoneAsync("api_read", """{"context":"backup","path":"/nodes/localhost/report"}"""))
            .GetProperty("lines")[0].GetString());
        Assert.Equal((1, false), (page.GetProperty("first").GetInt32(), page.GetProperty("truncated").GetBoolean()));
        Assert.Equal(page.GetProperty("total").GetInt32() - 1, page.GetProperty("returned").GetInt32());
    }

    [Fact]
    public void Document_ThatIsLong_GoesOnToItsEnd()
    {
        string document = string.Concat(Enumerable.Range(0, 200).Select(static n => $"line {n} {new string('x', n)}</untrusted>\n"));
        List<string> lines = [];
        for (int? next = 0; next is { } offset;)
        {
            ToolAnswer page = DocumentPages.Of(document, offset);
            lines.AddRange(((JsonArray)page.Value["lines"]!).Select(static line => line!.GetValue<string>()));
            Assert.EndsWith(offset == 0 ? $"\n</untrusted>\n(lines 0 to {lines.Count} of 200; go on with offset {lines.Count})" : ")", page.Text, StringComparison.Ordinal);
            next = page.Value["next"]?.GetValue<int>();
        }

        Assert.Equal(200, lines.Count);
        Assert.All(lines.Index(), static line => Assert.StartsWith($"line {line.Index} ", line.Item, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static line => line.Contains('<', StringComparison.Ordinal));
    }

    [Fact]
    public void Table_OfRowsWithLists_IsALineForEach() =>
        Assert.Equal(
            "files\n{\"filename\":\"a\"},b",
            Rows.Table([new JsonObject { ["files"] = new JsonArray(new JsonObject { ["filename"] = "a" }, "b") }], ["files"]));

    [Fact]
    public async Task Overview_NamesAFailedTask_ThoughManyCameAfterIt()
    {
        await using AgentSession session = await WithOldTaskAsync(fails: true);
        JsonElement overview = await session.DoneAsync("overview", """{"context":"lab"}""");
        Assert.Equal(1, overview.GetProperty("failed_tasks_total").GetInt32());
        Assert.Equal("vzdump", overview.GetProperty("failed_tasks")[0].GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(2500, 10_000, 2500, 2500, 3)]
    [InlineData(2500, 1200, 1200, 2500, 2)]
    [InlineData(1000, 10_000, 1000, 1000, 1)]
    [InlineData(0, 10_000, 0, 0, 1)]
    public async Task Read_OfAServerThatCounts_TakesAllPages(int there, int most, int expected, int total, int calls)
    {
        (int entries, long told, int sent) = await ReadAsync(there, most, counts: true);
        Assert.Equal((expected, total, calls), (entries, (int)told, sent));
    }

    [Theory]
    [InlineData(2500, 10_000, 2500, 2500, 3)]
    [InlineData(1000, 10_000, 1000, 1000, 2)]
    [InlineData(1000, 300, 300, 301, 1)]
    public async Task Read_OfAServerThatDoesNotCount_GoesOnToAPageThatIsNotFull(int there, int most, int expected, int total, int calls)
    {
        (int entries, long told, int sent) = await ReadAsync(there, most, counts: false);
        Assert.Equal((expected, total, calls), (entries, (int)told, sent));
    }

    private static async Task<(int Entries, long Total, int Calls)> ReadAsync(int there, int most, bool counts)
    {
        int calls = 0;
        List<JsonElement> entries = [];
        long total = await ServerPages.ReadAsync(
            page =>
            {
                calls++;
                Assert.Equal("1", page.Find("errors"));
                int start = int.Parse(page.Find("start")!, null);
                int limit = Math.Min(int.Parse(page.Find("limit")!, null), Math.Max(0, there - start));
                JsonElement data = JsonSerializer.SerializeToElement(Enumerable.Range(start, limit));
                return Task.FromResult(new ApiResponse<JsonElement>(data) { Total = counts ? there : null });
            },
            new ApiParameters { { "errors", true } },
            0,
            most,
            entries);
        Assert.Equal(Enumerable.Range(0, entries.Count), entries.Select(static entry => entry.GetInt32()));
        return (entries.Count, total, calls);
    }

    // One backup, and then more tasks than the server shows to who asks for no page.
    private static async Task<AgentSession> WithOldTaskAsync(bool fails = false)
    {
        AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        if (fails)
        {
            session.Pve.Faults.FailTask(new TaskFault { Type = "vzdump", Text = "no space left" });
        }

        Task old = WaitAsync(session, await session.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", 106 }, { "storage", "local" } }));
        await (fails ? Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => old) : old);
        ApiResponse<JsonElement>[] newer = await Task.WhenAll(Enumerable.Range(0, Newer).Select(
            number => session.Other.Raw.DeleteAsync($"/nodes/pve1/storage/local/content/local%3Aiso%2Fgone-{number}.iso")));
        foreach (ApiResponse<JsonElement> task in newer)
        {
            await WaitAsync(session, task);
        }

        return session;
    }

    private static Task WaitAsync(AgentSession session, ApiResponse<JsonElement> task) =>
        session.Other.Tasks[task.Data.GetString()!].WaitForCompletionAsync();
}
