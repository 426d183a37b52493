namespace ProxSharp.Mcp.Tools;

/// <summary>What a tool may do.</summary>
internal enum ToolHints
{
    /// <summary>It reads.</summary>
    Reads,

    /// <summary>It writes down what could be done; no server is changed.</summary>
    Plans,

    /// <summary>It changes servers.</summary>
    Applies,
}
