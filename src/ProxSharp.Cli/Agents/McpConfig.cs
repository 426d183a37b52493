using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Mcp.Policies;

namespace ProxSharp.Cli.Agents;

/// <summary>
/// Adds the MCP server to configurations of agents' programs. Only the one entry is added, and one that is there stays as it is; a file that is not what it
/// should be is left alone.
/// </summary>
internal static partial class McpConfig
{
    private const string ByHand = "Add the MCP server by hand";
    private const string Name = "proxmox";

    // What a name holds twice, programs read in different ways.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, AllowTrailingCommas = true };

    /// <summary>The text of a configuration with the server in it.</summary>
    /// <param name="path">The file, whether it is there or not.</param>
    /// <param name="place">How it names servers.</param>
    /// <param name="command">The command line of the server.</param>
    /// <exception cref="CliException">The file cannot be added to without losing something.</exception>
    public static string Merge(string path, McpPlace place, string command)
    {
        string text = File.Exists(path) ? GuardFiles.ReadText(path) : "";
        return place == McpPlace.Toml ? MergeToml(path, text, command) : MergeJson(path, text, place, command);
    }

    /// <summary>Keeps a copy of a file beside it, under a name that is free.</summary>
    /// <returns>The copy; null if there is no file.</returns>
    public static string? Keep(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        string copy = Enumerable.Range(0, int.MaxValue)
            .Select(number => number == 0 ? $"{path}.bak" : $"{path}.bak{number}")
            .First(static name => !Path.Exists(name));
        File.Copy(path, copy);
        return copy;
    }

    private static string MergeJson(string path, string text, McpPlace place, string command)
    {
        try
        {
            JsonObject root = text.Trim().Length > 0
                ? JsonNode.Parse(text, documentOptions: s_strict) as JsonObject ?? throw new JsonException("it holds no object")
                : [];
            return AddServer(root, place == McpPlace.NestedServers ? "mcp" : null, path, command) ? Written(root) : text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Comments would be lost, so that a file with some is none to write, and so would half a character (\ud800): it is found when it is written.
            throw new CliException(CliError.Usage($"{path} cannot be merged into: {Reason(e, text)}; nothing was written", ByHand), e);
        }
    }

    // What the parser says is about bytes and tokens; people look for a line.
    private static string Reason(Exception e, string text) => e is not JsonException json ? e.Message.TrimEnd('.')
        : TwiceNamed.Match(e.Message) is { Success: true } twice ? $"it has {twice.Groups[1].Value} twice in one object, which programs read in different ways"
        : json.LineNumber is not { } line ? e.Message.TrimEnd('.')
        : IsComment(text, line, json.BytePositionInLine ?? 0)
            ? string.Create(CultureInfo.InvariantCulture, $"it has a comment in line {line + 1}, which would be lost")
            : string.Create(CultureInfo.InvariantCulture, $"it is no JSON from line {line + 1} on");

    private static bool IsComment(string text, long line, long position)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.Split('\n').ElementAtOrDefault((int)line) ?? "");
        return bytes.AsSpan((int)Math.Min(position, bytes.Length)) is [(byte)'/', (byte)'/' or (byte)'*', ..];
    }

    // The parser names it in its message alone.
    private static Regex TwiceNamed => field ??= new("^Duplicate property ('.*') encountered", RegexOptions.Singleline | RegexOptions.CultureInvariant);

    private static bool AddServer(JsonObject root, string? outer, string path, string command)
    {
        JsonObject servers = outer is null ? Child(root, "mcpServers", path) : Child(Child(root, outer, path), "servers", path);
        if (servers[Name] is not null)
        {
            return false;
        }

        string[] words = command.Split(' ');
        servers[Name] = new JsonObject { ["command"] = words[0], ["args"] = new JsonArray([.. words[1..].Select(static word => (JsonNode)word)]) };
        return true;
    }

    private static string Written(JsonObject root)
    {
        using JsonDocument document = JsonDocument.Parse(root.ToJsonString());
        return JsonText.Indented(document.RootElement) + "\n";
    }

    private static JsonObject Child(JsonObject parent, string name, string path)
    {
        if (parent[name] is not (null or JsonObject))
        {
            throw CliException.Usage($"{path} has '{name}' that is no object", ByHand);
        }

        JsonObject child = parent[name] as JsonObject ?? [];
        parent[name] ??= child;
        return child;
    }

    private static string MergeToml(string path, string text, string command)
    {
        string bare = BareToml(path, text);
        if (OwnTable.IsMatch(bare) || OwnKey.IsMatch(bare))
        {
            return text;
        }

        // A table at the end is always right, unless the servers are written as a value.
        if (ServersAsValue.IsMatch(bare))
        {
            throw CliException.Usage($"{path} has 'mcp_servers' as a value and not as tables", ByHand);
        }

        string line = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        string start = text.Length == 0 ? "" : text.EndsWith('\n') ? line : line + line;
        return text + start + AgentClient.Toml(command).ReplaceLineEndings(line) + line;
    }

    // What is appended to a text that is no TOML mends nothing, and may end up within a text in quotes.
    private static string BareToml(string path, string text)
    {
        try
        {
            return TomlText.Bare(text);
        }
        catch (FormatException e)
        {
            throw new CliException(CliError.Usage($"{path} cannot be added to: {e.Message}", "Mend it, or add the MCP server by hand"), e);
        }
    }

    private static Regex OwnTable => field ??= new(
        """^[ \t]*\[\[?[ \t]*(?:mcp_servers|"mcp_servers"|'mcp_servers')[ \t]*\.[ \t]*(?:proxmox|"proxmox"|'proxmox')[ \t]*[.\]]""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant);

    // The table of all servers, and in it, before the next table, a key for this one.
    private static Regex OwnKey => field ??= new(
        """
        ^[ \t]*\[[ \t]*(?:mcp_servers|"mcp_servers"|'mcp_servers')[ \t]*\].*\n(?:(?![ \t]*\[[^\n\]]*\][ \t\r]*(?:#.*)?$).*\n)*?[ \t]*(?:proxmox|"proxmox"|'proxmox')[ \t]*[.=]
        """,
        RegexOptions.Multiline | RegexOptions.CultureInvariant);

    private static Regex ServersAsValue => field ??= new(
        """^[ \t]*(?:\[\[[ \t]*)?(?:mcp_servers|"mcp_servers"|'mcp_servers')[ \t]*[=.\]]""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant);
}
