namespace ProxSharp.Mcp.Tools;

/// <summary>A tool cannot do what it was asked for; the message is for the agent.</summary>
internal sealed class ToolException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
