namespace ProxSharp.Cli.Agents;

/// <summary>How the configuration of an agent's program names its MCP servers.</summary>
internal enum McpPlace
{
    /// <summary>Nothing that this program should write into: there is a command for it.</summary>
    None,

    /// <summary>JSON, with the servers in <c>mcpServers</c>.</summary>
    Servers,

    /// <summary>JSON, with the servers in <c>servers</c> of <c>mcp</c>.</summary>
    NestedServers,

    /// <summary>TOML, with a table <c>mcp_servers.NAME</c> for each.</summary>
    Toml,
}
