using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>The tools that read.</summary>
internal sealed class ReadTools(OperationGuard guard)
{
    private const string Paging = """
        "fields":{"type":"string","description":"members to keep, with commas"},"limit":{"type":"integer","description":"default 50"},"offset":{"type":"integer"}
        """;

    public IEnumerable<GuardTool> All()
    {
        yield return Tool(
            "api_search", "Find API endpoints by words of their path.", """ "query":{"type":"string"},"limit":{"type":"integer"} """, ["query"], SearchAsync);
        yield return Tool(
            "api_describe",
            "Parameters, class and privileges of an endpoint.",
            """ "method":{"type":"string","enum":["GET","POST","PUT","DELETE"]},"path":{"type":"string"} """,
            ["method", "path"],
            DescribeAsync);
        yield return Tool(
            "api_read",
            "Read any path of the API that only reads. Lists come in pages.",
            $$""" "path":{"type":"string","description":"for example /nodes/pve1/qemu/100/config"},"parameters":{"type":"object"},{{Paging}} """,
            ["path"],
            ReadAsync);
        yield return Tool(
            "task_log", "The log of a task by its UPID.",
            """ "upid":{"type":"string"},"offset":{"type":"integer"},"limit":{"type":"integer"} """, ["upid"], LogAsync);
        yield return Tool(
            "audit_list", "What was done through this server, newest first.", """ "limit":{"type":"integer"},"offset":{"type":"integer"} """, [], AuditAsync);
        if (guard.Client.Schema.Product == ProxmoxProduct.BackupServer)
        {
            yield return List("datastore_list", "Datastores with their use.", "/status/datastore-usage", null, "store,total,used,avail,estimated-full-date");
            yield break;
        }

        yield return List(
            "guest_list", "All virtual machines and containers.", "/cluster/resources", "vm", "vmid,type,name,node,status,maxcpu,maxmem,mem,pool,tags,lock");
        yield return List("node_list", "All nodes with their load.", "/cluster/resources", "node", "node,status,cpu,maxcpu,mem,maxmem,uptime");
        yield return List(
            "storage_list", "All storages with their use.", "/cluster/resources", "storage", "storage,node,status,plugintype,disk,maxdisk,shared,content");
        yield return List("task_list", "Recent tasks of the cluster.", "/cluster/tasks", null, "upid,type,id,user,starttime,endtime,status");
    }

    private static GuardTool Tool(
        string name, string description, string arguments, string[] required, Func<ToolCall, CancellationToken, Task<ToolAnswer>> run) =>
        new(name, description, arguments, required, ToolHints.Reads, run);

    private GuardTool List(string name, string description, string path, string? type, string fields) =>
        Tool(name, description, Paging, [], async (call, cancellationToken) =>
        {
            JsonElement data = await GetAsync(path, type is null ? null : new ApiParameters { { "type", type } }, cancellationToken).ConfigureAwait(false);
            string[] chosen = call.Words("fields");
            return Page(call, data, chosen.Length > 0 ? chosen : fields.Split(','));
        });

    private Task<ToolAnswer> SearchAsync(ToolCall call, CancellationToken cancellationToken)
    {
        string[] words = call.Required("query").Split([' ', '/', ','], StringSplitOptions.RemoveEmptyEntries);
        ApiSchema schema = guard.Client.Schema;
        string[] hits =
        [
            .. schema.Endpoints
                .Where(endpoint => words.All(word => endpoint.ToString().Contains(word, StringComparison.OrdinalIgnoreCase)))
                .OrderBy(static endpoint => endpoint.Path.Length)
                .Select(endpoint => JsonTexts.Build(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("endpoint", endpoint.ToString());
                    json.WriteString("class", Word(endpoint));
                    json.WriteEndObject();
                })),
        ];
        return Task.FromResult(Page(call, Parse($"[{string.Join(',', hits)}]"), []));
    }

    private Task<ToolAnswer> DescribeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ApiSchema schema = guard.Client.Schema;
        string path = call.Required("path");
        ApiEndpoint endpoint = ApiMethods.TryParse(call.Required("method"), out ApiMethod method)
            ? schema.Find(method, path) ?? (schema.TryMatch(method, path, out ApiMatch? match) ? match.Endpoint : throw Unknown())
            : throw Unknown();
        string json = JsonTexts.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("endpoint", endpoint.ToString());
            writer.WriteString("class", Word(endpoint));
            writer.WriteString("privileges", endpoint.Permission.Check?.ToString() ?? endpoint.Permission.Audience.ToString());
            writer.WriteStartObject("parameters");
            foreach ((string name, ApiNode node) in endpoint.Parameters)
            {
                writer.WriteString(name, $"{node.Type}{(node.IsOptional ? "" : ", required")}".ToLowerInvariant());
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        return Task.FromResult(new ToolAnswer(json, json));

        ToolException Unknown() => new("usage", $"The API has no {call.Text("method")} {path}. Find it with api_search.");
    }

    private async Task<ToolAnswer> ReadAsync(ToolCall call, CancellationToken cancellationToken)
    {
        string path = call.Required("path");
        if (!guard.Client.Schema.TryMatch(ApiMethod.Get, path, out ApiMatch? match) || Word(match.Endpoint) != "read")
        {
            throw new ToolException("usage", $"GET {path} is not a path that only reads. Find one with api_search.");
        }

        JsonElement data = await GetAsync(path, ToolCall.Parameters(call.Find("parameters")), cancellationToken).ConfigureAwait(false);
        return data.ValueKind == JsonValueKind.Array ? Page(call, data, call.Words("fields")) : Rows.One(data, call.Words("fields"));
    }

    private async Task<ToolAnswer> LogAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (!Upid.TryParse(call.Required("upid"), out Upid upid))
        {
            throw new ToolException("usage", "The argument 'upid' is no task.");
        }

        ApiParameters parameters = new() { { "start", call.Number("offset", 0, int.MaxValue) }, { "limit", call.Number("limit", 50, 500) } };
        JsonElement data = await GetAsync($"/nodes/{upid.Node}/tasks/{Uri.EscapeDataString(upid.ToString())}/log", parameters, cancellationToken)
            .ConfigureAwait(false);
        return Rows.Page([.. data.EnumerateArray()], ["n", "t"], 500, 0);
    }

    private Task<ToolAnswer> AuditAsync(ToolCall call, CancellationToken cancellationToken)
    {
        IEnumerable<string> entries = guard.Ledger.List().Reverse().Select(static entry => JsonTexts.Build(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("number", entry.Number);
            json.WriteString("time", entry.Time);
            json.WriteString("kind", entry.Kind);
            json.WriteString("plan", entry.PlanId);
            json.WriteString("call", entry.Facts.Text("call"));
            json.WriteString("outcome", entry.Facts.Text("message"));
            json.WriteEndObject();
        }));
        return Task.FromResult(Page(call, Parse($"[{string.Join(',', entries)}]"), []));
    }

    private string Word(ApiEndpoint endpoint) =>
        OperationCatalogue.Word(OperationCatalogue.For(guard.Client.Schema.Product).Find(endpoint.Method, endpoint.Path).Class);

    private async Task<JsonElement> GetAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken) =>
        (await guard.Client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;

    private static ToolAnswer Page(ToolCall call, JsonElement data, string[] fields) =>
        Rows.Page([.. data.EnumerateArray()], fields, call.Number("limit", 50, 500), call.Number("offset", 0, int.MaxValue));

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
