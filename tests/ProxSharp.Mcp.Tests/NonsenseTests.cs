using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp.Tests;

/// <summary>Every tool with arguments as nobody means them: an answer, an error of the tool or -32602, never a fault of the server.</summary>
public sealed class NonsenseTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    private static readonly string s_long = new('x', 300_000);

    public static TheoryData<string> Values =>
    [
        "null", "true", "-1", "0", "1e400", "99999999999999999999", "1.5", "\"\"", "\"text\"", "\"\\u0000\\u0007\\u001b[31m\"", "\"\\u202e\\u2028\\ufffe\"",
        "\"../../etc/passwd\"", "\"%00/..%2f\"", "[]", "[null]", "[[[]]]", "[{}]", "{}", """{"a":{"b":[1]}}""", "\"long\"",
        """[{"method":"PUT","path":null}]""", """[{"method":5,"path":"/x"}]""", """[{"method":"DELETE","path":"/nodes/{node}/qemu/{vmid}"}]""",
        """[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":[]}]""",
        """[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":{"a":1}}}]""",
        """[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":[[1]],"":null,"name":"\u0000"}}]""",
        """[{"method":"POST","path":"/nodes/pve1/qemu/99999999999999999999/status/start"}]""",
        """[{"method":"POST","path":"/nodes/pve1/qemu/-1/status/start"}]""",
        """[{"method":"POST","path":"/nodes/\u0000/tasks"},{"method":"GET","path":"/version"}]""",
        """[{"method":"PUT","path":"//../\\","parameters":"x"}]""",
        """[{"method":"POST","path":"/nodes/pve1/vzdump","parameters":{"vmid":"1,,x, 106"}}]""",
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public async Task EveryTool_WithANonsenseValueForEachArgument_AnswersOrRefuses(string value)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = Policy, WithBackup = true });
        JsonNode? nonsense = value == "1e400" ? JsonNode.Parse("1e300") : value == "\"long\"" ? s_long : Parse(value);
        List<string> faults = [];
        foreach (McpClientTool tool in await session.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            JsonElement properties = tool.ProtocolTool.InputSchema.GetProperty("properties");
            string[] names = [.. properties.EnumerateObject().Select(static member => member.Name)];
            foreach (string name in names.Append("no such argument"))
            {
                Dictionary<string, object?> arguments = Required(tool, names);
                arguments[name] = nonsense?.DeepClone();
                if (await FaultAsync(session, tool.Name, arguments) is { } fault)
                {
                    faults.Add($"{tool.Name} {name}: {fault}");
                }
            }
        }

        Assert.Empty(faults);
    }

    private static JsonNode? Parse(string json) => JsonNode.Parse(json);

    // What is needed and is sensible: the nonsense is to get as far as it can.
    private static Dictionary<string, object?> Required(McpClientTool tool, string[] names)
    {
        Dictionary<string, object?> sensible = new()
        {
            ["vmid"] = 106,
            ["path"] = "/version",
            ["method"] = "GET",
            ["plan"] = new string('0', 64),
            ["number"] = 1,
            ["query"] = "start",
            ["node"] = "pve1",
            ["upid"] = "UPID:pve1:00000001:00000001:00000001:qmstart:100:root@pam:",
            ["storage"] = "local",
            ["context"] = "lab",
            ["calls"] = new JsonArray(new JsonObject { ["method"] = "POST", ["path"] = "/nodes/pve1/qemu/106/status/start" }),
        };
        return names.Where(name => IsRequired(tool, name) && sensible.ContainsKey(name)).ToDictionary(static name => name, name => sensible[name]);
    }

    private static bool IsRequired(McpClientTool tool, string name) => name == "context"
        || (tool.ProtocolTool.InputSchema.TryGetProperty("required", out JsonElement required) && required.EnumerateArray().Any(item => item.GetString() == name));

    private static async Task<string?> FaultAsync(AgentSession session, string tool, Dictionary<string, object?> arguments)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            CallToolResult result = await session.Client.CallToolAsync(tool, arguments, cancellationToken: patience.Token);
            string text = AgentSession.TextOf(result);
            return text.Contains("An error occurred invoking", StringComparison.Ordinal) || result.StructuredContent is null ? text : null;
        }
        catch (McpProtocolException e) when (e.ErrorCode == McpErrorCode.InvalidParams)
        {
            return null;
        }
        catch (McpProtocolException e)
        {
            return $"{e.ErrorCode}: {e.Message}";
        }
    }
}
