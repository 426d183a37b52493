namespace ProxSharp.Cli.Agents;

/// <summary>A program that agents run in: where it keeps skills, and how it is told of an MCP server.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="SkillsFolder">Where a user's skills are, below the home directory.</param>
/// <param name="McpFile">The file with its MCP servers; null if it has a command alone.</param>
/// <param name="McpText">What makes it start the MCP server: a command to run, or text for the file.</param>
internal sealed record AgentClient(string Name, string Title, string SkillsFolder, string? McpFile, Func<string, string> McpText)
{
    /// <summary>Its configuration below the home directory, for <c>--write-config</c>; null where only its own command should write.</summary>
    public string? ConfigFile { get; private init; }

    /// <summary>How that configuration names MCP servers.</summary>
    public McpPlace Place { get; private init; }

    // The variables that name another place for what is below the home directory, each with the place that it stands for. The first that is set counts.
    private string[][] Moved { get; init; } = [];

    /// <summary>Finds where the program looks for a file or folder of its own.</summary>
    /// <param name="environment">The variables, some of which move it.</param>
    /// <param name="path">The place below the home directory.</param>
    public string Locate(CliEnvironment environment, string path)
    {
        foreach (string[] moved in Moved)
        {
            if (environment.Variable(moved[0]) is { } place && $"{path}/".StartsWith(moved[1], StringComparison.Ordinal))
            {
                return Path.Combine(environment.AbsolutePath(place), $"{path}/"[moved[1].Length..].TrimEnd('/'));
            }
        }

        return Path.Combine(environment.HomeDirectory, path);
    }

    /// <summary>The programs that are known.</summary>
    public static readonly IReadOnlyList<AgentClient> All =
    [
        new("claude", "Claude Code", ".claude/skills", null, static command => $"claude mcp add proxmox -- {command}")
        {
            Moved = [["CLAUDE_CONFIG_DIR", ".claude/"]],
        },
        new("codex", "Codex", ".codex/skills", "~/.codex/config.toml", Toml)
        {
            ConfigFile = ".codex/config.toml",
            Place = McpPlace.Toml,
            Moved = [["CODEX_HOME", ".codex/"]],
        },
        new("openclaw", "OpenClaw", ".openclaw/skills", null, static command => $"openclaw mcp set proxmox '{Json(command)}'")
        {
            ConfigFile = ".openclaw/openclaw.json",
            Place = McpPlace.NestedServers,
            Moved = [["OPENCLAW_CONFIG_PATH", ".openclaw/openclaw.json/"], ["OPENCLAW_STATE_DIR", ".openclaw/"], ["OPENCLAW_HOME", ""]],
        },
        new("cursor", "Cursor", ".cursor/skills", "~/.cursor/mcp.json", Servers) { ConfigFile = ".cursor/mcp.json", Place = McpPlace.Servers },
        new("gemini", "Gemini CLI", ".gemini/skills", "~/.gemini/settings.json", Servers)
        {
            ConfigFile = ".gemini/settings.json",
            Place = McpPlace.Servers,
            Moved = [["GEMINI_CLI_HOME", ""]],
        },
        new("agents", "the folder that several programs share", ".agents/skills", "the settings of your program", Servers),
    ];

    // Whatever stands in the command line is a word without quotes: prox mcp, with the name of a context behind it.
    private static string Json(string command) =>
        $$"""{"command":"{{command.Split(' ')[0]}}","args":[{{string.Join(',', command.Split(' ')[1..].Select(static word => $"\"{word}\""))}}]}""";

    private static string Servers(string command) => """{"mcpServers":{"proxmox":""" + Json(command) + "}}";

    /// <summary>The table for a file in TOML.</summary>
    public static string Toml(string command)
    {
        string[] words = command.Split(' ');
        return $"[mcp_servers.proxmox]\ncommand = \"{words[0]}\"\nargs = [{string.Join(", ", words[1..].Select(static word => $"\"{word}\""))}]";
    }
}
