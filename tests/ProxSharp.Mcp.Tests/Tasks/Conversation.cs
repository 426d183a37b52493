using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp.Tests.Tasks;

/// <summary>What an agent and the server say to each other about one task, and what it costs.</summary>
internal sealed class Conversation(AgentSession session)
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<string> _lines = [];

    public int Calls { get; private set; }

    /// <summary>Tokens of the calls and of the texts of the answers: what a program shows a model that shows it one of the two forms.</summary>
    public int Tokens { get; private set; }

    /// <summary>The same with both forms of every answer, as some programs show them.</summary>
    public int TokensOfBoth { get; private set; }

    public string Transcript => string.Join("\n\n", _lines);

    public async Task<JsonElement> SayAsync(string tool, string arguments = "{}")
    {
        CallToolResult result = await session.CallAsync(tool, arguments);
        string text = AgentSession.TextOf(result);
        string value = JsonSerializer.Serialize(result.StructuredContent, s_plain);
        Calls++;
        int asked = Mcp.Tests.Tokens.Count($"{tool}{arguments}");
        Tokens += asked + Mcp.Tests.Tokens.Count(text);
        TokensOfBoth += asked + Mcp.Tests.Tokens.Count(text) + Mcp.Tests.Tokens.Count(value);
        _lines.Add($"> {tool} {arguments}\n{text}\n[{Mcp.Tests.Tokens.Count(text)} + {Mcp.Tests.Tokens.Count(value)}]");
        Assert.True(result.IsError != true, text);
        return result.StructuredContent!.Value;
    }

    /// <summary>Plans calls and applies the plan.</summary>
    public async Task<JsonElement> ChangeAsync(string plan, string arguments)
    {
        string id = (await SayAsync(plan, arguments)).GetProperty("plan").GetString()!;
        JsonElement done = await SayAsync("apply", $$"""{"plan":"{{id}}"}""");
        Assert.True(done.GetProperty("complete").GetBoolean(), done.ToString());
        return done;
    }
}
