using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ProxSharp.Api;
using ProxSharp.Operations;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator;

namespace ProxSharp.Mcp.Tests;

/// <summary>What the tools say of themselves is held against what they send, by the classes of the catalogue of operations.</summary>
public sealed class HintTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none"}}""";

    [Fact]
    public async Task ListTools_Hints_AllFourAreSet()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        foreach (McpClientTool tool in await session.Client.ListToolsAsync())
        {
            ToolAnnotations hints = tool.ProtocolTool.Annotations!;
            bool isPlan = tool.Name.StartsWith("plan", StringComparison.Ordinal);
            bool isApply = tool.Name == "apply";
            Assert.Equal(!isPlan && !isApply, hints.ReadOnlyHint);
            Assert.Equal(isApply, hints.DestructiveHint);
            Assert.Equal(!isPlan && !isApply, hints.IdempotentHint);
            Assert.False(hints.OpenWorldHint);
        }
    }

    [Fact]
    public async Task Tools_EveryOneOfThem_SendsNoMoreThanItsHintsSay()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true, Policy = Policy });
        List<(string Tool, OperationClass Class)> sent = [];
        (string Tool, string Arguments)[] script =
        [
            ("overview", "{}"), ("overview", """{"context":"lab"}"""), ("overview", """{"context":"backup"}"""),
            ("guest_list", "{}"), ("guest_show", """{"vmid":100}"""), ("guest_show", """{"vmid":200}"""),
            ("storage_list", "{}"), ("storage_list", """{"storage":"local"}"""), ("datastore_list", "{}"),
            ("backup_list", "{}"), ("backup_list", """{"context":"lab"}"""),
            ("backup_files", """{"backup":"store1:ct/200/2026-01-01T02:10:00Z"}"""),
            ("backup_audit", "{}"), ("task_list", "{}"), ("task_list", """{"context":"backup","failed":true}"""),
            ("access_list", "{}"), ("access_list", """{"user":"demo@pve"}"""), ("access_list", """{"context":"backup","privilege":"Datastore.Prune"}"""),
            ("api_search", """{"query":"firewall rules"}"""), ("api_describe", """{"method":"PUT","path":"/nodes/{node}/qemu/{vmid}/config"}"""),
            ("api_read", """{"path":"/nodes/pve1/qemu/106/config"}"""), ("api_read", """{"context":"backup","path":"/config/datastore"}"""), ("audit_list", "{}"),
            ("plan_retire", """{"vmid":104}"""),
        ];
        foreach ((string tool, string arguments) in script)
        {
            sent.AddRange(await RecordAsync(session, tool, () => session.DoneAsync(tool, arguments)));
        }

        string plan = "";
        sent.AddRange(await RecordAsync(session, "plan", async () =>
            plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/106/snapshot","parameters":{"snapname":"before"}}]""")));
        JsonElement done = default;
        sent.AddRange(await RecordAsync(session, "apply", async () => done = await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""")));
        JsonElement step = done.GetProperty("steps")[0];
        string upid = step.GetProperty("upid").GetString()!;
        string number = step.GetProperty("number").ToString();
        foreach ((string tool, string arguments) in new[]
        {
            ("task_log", $$"""{"upid":"{{upid}}"}"""), ("task_wait", $$"""{"upid":"{{upid}}"}"""), ("plan_undo", $$"""{"number":{{number}}}"""),
        })
        {
            sent.AddRange(await RecordAsync(session, tool, () => session.DoneAsync(tool, arguments)));
        }

        IList<McpClientTool> tools = await session.Client.ListToolsAsync();
        string[] offline = ["api_search", "api_describe", "audit_list"];
        Assert.Equal(tools.Select(static tool => tool.Name).Except(offline).Order(), sent.Select(static entry => entry.Tool).Distinct().Order());
        foreach (McpClientTool tool in tools)
        {
            OperationClass worst = sent.Where(entry => entry.Tool == tool.Name).Select(static entry => entry.Class).DefaultIfEmpty().Max();
            Assert.Equal(tool.ProtocolTool.Annotations!.DestructiveHint == true, worst != OperationClass.Read);
        }
    }

    private static async Task<IReadOnlyList<(string Tool, OperationClass Class)>> RecordAsync(AgentSession session, string tool, Func<Task> call)
    {
        (int pve, int pbs) = (session.Pve.Traffic.Requests.Count, session.Pbs!.Traffic.Requests.Count);
        await call();
        return
        [
            .. session.Pve.Traffic.Requests.Skip(pve).Select(request => (tool, ClassOf(PveApiSchema.Embedded, request, tool))),
            .. session.Pbs.Traffic.Requests.Skip(pbs).Select(request => (tool, ClassOf(PbsApiSchema.Embedded, request, tool))),
        ];
    }

    private static OperationClass ClassOf(ApiSchema schema, SimulatedRequest request, string tool)
    {
        string path = request.Path["/api2/json".Length..];
        Assert.True(ApiMethods.TryParse(request.Method, out ApiMethod method));
        Assert.True(schema.TryMatch(method, path, out ApiMatch? match), $"{tool} sent {request}");
        OperationEntry entry = OperationCatalogue.For(schema.Product).Find(method, match.Endpoint.Path);
        Assert.True(entry.IsClassified);
        return entry.Class;
    }
}
