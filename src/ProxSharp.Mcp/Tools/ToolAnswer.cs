using System.Text.Json.Nodes;

namespace ProxSharp.Mcp.Tools;

/// <summary>The answer of a tool: an object, and the same in few words.</summary>
internal sealed record ToolAnswer(string Text, JsonObject Value);
