using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>The whole API, for what no other tool does: found, described, and read.</summary>
internal sealed class ApiTools(AgentSites sites)
{
    /// <summary>A longer answer is no help: the caller is told to choose.</summary>
    private const int LongestObject = 24_000;

    // The server's own paths begin so; here they are written without it, and taken with it.
    private const string Root = "/api2/json/";

    private static readonly string[] s_hits = ["endpoint", "class"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "api_search",
            "Find API endpoints by words, for example: delete snapshot.",
            """ "query":{"type":"string"},"limit":{"type":"integer"},"offset":{"type":"integer"} """,
            ["query"],
            ToolHints.Reads,
            (call, _) => Task.FromResult(Search(call)));
        yield return new GuardTool(
            "api_describe",
            "Parameters, class and privileges of an endpoint.",
            """
            "method":{"type":"string","enum":["GET","POST","PUT","DELETE"]},"path":{"type":"string"},
            "parameters":{"type":"string","description":"names, to see only these"}
            """,
            ["method", "path"],
            ToolHints.Reads,
            (call, _) => Task.FromResult(Describe(call)));
        yield return new GuardTool(
            "api_read",
            "GET any path that only reads, for what no other tool shows.",
            $$""" "path":{"type":"string","description":"for example /nodes/pve1/qemu/100/config"},"parameters":{"type":"object"},{{Rows.Arguments}} """,
            ["path"],
            ToolHints.Reads,
            ReadAsync);
    }

    // That of the call which says nothing more: the server's defaults may make it worse.
    private static string ClassOf(ProxmoxProduct product, ApiEndpoint endpoint) =>
        OperationCatalogue.Word(OperationCatalogue.For(product).Find(endpoint.Method, endpoint.Path).ClassOf([]));

    private ToolAnswer Search(ToolCall call)
    {
        ILookup<ApiSchema, AgentSite> asked = sites.Asked(call).ToLookup(ApiPlaces.SchemaOf);
        (IReadOnlyList<ApiHit> found, bool isPart) = ApiSearch.Find(asked.Select(static each => each.Key), call.Required("query"));
        IEnumerable<JsonObject> rows = found.Select(hit => Values.Row(
            ("context", sites.HasSeveral ? string.Join(' ', asked[hit.Schema].Select(static site => site.Name)) : null),
            ("endpoint", hit.Endpoint.ToString()),
            ("class", ClassOf(hit.Schema.Product, hit.Endpoint))));
        ToolAnswer answer = Rows.Page(call, [.. rows], sites.HasSeveral ? ["context", .. s_hits] : s_hits);
        return found.Count == 0 ? Rows.WithNote(answer, "no endpoint has any of these words in its method, its path or its parameters; write words of paths, for example 'qemu snapshot'")
            : isPart ? Rows.WithNote(answer, "no endpoint has all of these words; these have the most")
            : answer;
    }

    private ToolAnswer Describe(ToolCall call)
    {
        AgentSite site = sites.For(call);
        string path = call.Required("path");
        bool isMethod = ApiMethods.TryParse(call.Required("method"), out ApiMethod method);
        ApiEndpoint endpoint = (isMethod ? ApiPlaces.Find(site, method, path) : null) ?? throw new ToolException(
            "usage",
            isMethod && ApiPlaces.Elsewhere(sites, site, method, path) is { } other ? other : $"The API has no {call.Text("method")} {path}. {Methods(site, path)}");
        JsonObject parameters = ParameterFacts.Of(ApiPlaces.SchemaOf(site), endpoint, call.Words("parameters"));

        JsonObject value = new()
        {
            ["endpoint"] = endpoint.ToString(),
            ["class"] = ClassOf(site.Product, endpoint),
            ["privileges"] = PermissionText.Describe(endpoint.Permission),
            ["parameters"] = parameters,
        };
        OperationEntry entry = OperationCatalogue.For(site.Product).Find(endpoint.Method, endpoint.Path);
        string? reason = entry.Class == OperationClass.Read ? null : entry.Reason;
        if (reason is not null)
        {
            value["reason"] = reason;
        }

        string text = $"{endpoint}: {value["class"]}{(reason is null ? "" : $" ({reason})")}; privileges: {value["privileges"]}"
            + string.Concat(parameters.Select(static pair => $"\n{pair.Key}: {pair.Value}"));
        return sites.Told(new ToolAnswer(text, value), call, site);
    }

    private static string Methods(AgentSite site, string path)
    {
        string[] there = [.. Enum.GetValues<ApiMethod>().Where(method => ApiPlaces.Find(site, method, path) is not null).Select(static method => method.ToVerb())];
        return there.Length == 0 ? "Find it with api_search." : $"The path has {string.Join(", ", there)}.";
    }

    private async Task<ToolAnswer> ReadAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call);
        return sites.Told(await ReadAsync(site, call, cancellationToken).ConfigureAwait(false), call, site);
    }

    private async Task<ToolAnswer> ReadAsync(AgentSite site, ToolCall call, CancellationToken cancellationToken)
    {
        string path = call.Required("path");
        path = path.StartsWith(Root, StringComparison.Ordinal) ? path[(Root.Length - 1)..] : path;
        if (path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
        {
            throw new ToolException(
                "usage", $"What stands behind '?' in a path goes into the argument 'parameters', each as a member: path {path[..mark]}, and {Members(path[(mark + 1)..])}.");
        }

        ApiParameters? parameters = ToolCall.Parameters(call.Find("parameters"));
        ApiEndpoint endpoint = CheckRead(site, path, parameters ?? []);
        if (ServerPages.IsPaged(endpoint) && parameters?.Find("start") is null && parameters?.Find("limit") is null)
        {
            return await PageAsync(call, site, endpoint, path, parameters ?? [], cancellationToken).ConfigureAwait(false);
        }

        ApiResponse<JsonElement> answer = await site.ReadAsync(path, ServerPages.Whole(endpoint, parameters), cancellationToken).ConfigureAwait(false);
        if (answer.Data.ValueKind == JsonValueKind.String && answer.Data.GetString() is { } document && document.Contains('\n', StringComparison.Ordinal))
        {
            return DocumentPages.Of(document, call.Number("offset", 0, int.MaxValue));
        }

        if (answer.Data.ValueKind != JsonValueKind.Array)
        {
            return One(call, AnswerMasks.Of(Values.Node(answer.Data), endpoint.Path), isForeign: endpoint.Path.Contains("/agent/", StringComparison.Ordinal));
        }

        JsonObject[] rows = RowsOf(answer.Data.EnumerateArray(), endpoint);
        return Rows.OfPart(Rows.Page(call, rows, [], declared: Declared(endpoint)), rows.Length, answer.Total ?? 0);
    }

    // The server pages as the call does; who chooses rows by what is in them chooses among all.
    private static async Task<ToolAnswer> PageAsync(
        ToolCall call, AgentSite site, ApiEndpoint endpoint, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        bool isAmongAll = call.Text("filter") is { Length: > 0 } || call.Text("sort") is { Length: > 0 };
        int start = isAmongAll ? 0 : call.Number("offset", 0, int.MaxValue);
        int most = isAmongAll ? ServerPages.Most : Rows.Limit(call);
        List<JsonElement> found = [];
        long total = await ServerPages.ReadAsync(page => site.ReadAsync(path, page, cancellationToken), parameters, start, most, found).ConfigureAwait(false);
        JsonObject[] rows = RowsOf(found, endpoint);
        return isAmongAll
            ? Rows.OfPart(Rows.Page(call, rows, [], declared: Declared(endpoint)), rows.Length, total)
            : Rows.Page(call, rows, [], total, Declared(endpoint));
    }

    // Members that rows may have, and none has today.
    private static string[] Declared(ApiEndpoint endpoint) => [.. endpoint.Returns.Items?.Properties.Keys ?? []];

    private static JsonObject[] RowsOf(IEnumerable<JsonElement> entries, ApiEndpoint endpoint) =>
        [.. entries.Select(row => (JsonObject)AnswerMasks.Of(Values.Raw(row), endpoint.Path)!)];

    private static string Members(string query) => new JsonObject(query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pair => pair.Split('=', 2))
        .DistinctBy(static pair => pair[0])
        .Select(static pair => KeyValuePair.Create(pair[0], (JsonNode?)(pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "1")))).ToJsonString();

    private ApiEndpoint CheckRead(AgentSite site, string path, ApiParameters parameters)
    {
        if (!ApiPlaces.SchemaOf(site).TryMatch(ApiMethod.Get, path, out ApiMatch? match))
        {
            throw new ToolException("usage", ApiPlaces.Elsewhere(sites, site, ApiMethod.Get, path) ?? $"GET {path} is not a path of {site.Name} that only reads. Find one with api_search.");
        }

        OperationEntry entry = OperationCatalogue.For(site.Product).Find(match.Endpoint.Method, match.Endpoint.Path);
        OperationClass kind = entry.ClassOf(parameters);
        if (kind != OperationClass.Read)
        {
            string why = entry.Reason is { } reason ? $": {reason}" : "";
            string what = match.Endpoint.Path.EndsWith("/agent/exec-status", StringComparison.Ordinal)
                ? "What a program in a guest has written is in the answer of the apply that ran it."
                : "Ask a person to run it, or find another with api_search.";
            throw new ToolException(
                "usage", $"GET {path} is not a path of {site.Name} that only reads. It is {OperationCatalogue.Word(kind)}{why}. Nothing was sent. {what}");
        }

        return match.Endpoint;
    }

    // What a guest's agent answers, the guest wrote.
    private static ToolAnswer One(ToolCall call, JsonNode? found, bool isForeign)
    {
        string[] fields = call.Words("fields");
        if (found is JsonObject members)
        {
            foreach (string name in members.Select(static member => member.Key).Where(name => fields.Length > 0 && !fields.Contains(name)).ToArray())
            {
                members.Remove(name);
            }
        }

        JsonNode? safe = SafeText.Of(found, "value", isForeign: isForeign);
        JsonObject value = new() { ["value"] = safe };
        int length = value.ToJsonString().Length;
        if (length > LongestObject)
        {
            string names = safe is JsonObject all ? string.Join(", ", all.Select(static member => member.Key).Take(100)) : "none";
            throw new ToolException("too-long", $"The answer has {length} characters; choose members with fields. There are: {names}.");
        }

        string text = safe is JsonObject lines
            ? string.Join('\n', lines.Select(static member => $"{member.Key}: {Line(member.Value)}"))
            : safe?.ToString() ?? "null";
        if (safe is JsonObject own && own.Select(static member => member.Key).Where(SafeText.IsForeign).ToArray() is { Length: > 0 } foreign)
        {
            value["untrusted"] = new JsonArray([.. foreign.Select(static name => (JsonNode)name)]);
            text += $"\n(written by others: {string.Join(", ", foreign)})";
        }

        ToolAnswer answer = new(text, value);
        return call.Has("filter") || call.Has("sort")
            ? Rows.WithNote(answer, "this is one object and no list: filter and sort choose nothing here, fields chooses members")
            : answer;
    }

    private static string? Line(JsonNode? value) => value is JsonObject or JsonArray ? Values.Compact(value) : value?.ToString();
}
