using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Agents;

/// <summary>The noun <c>agent</c>: lets an AI agent in.</summary>
internal static class AgentSetupNoun
{
    private static readonly ResultShape s_files = new() { LeadingFields = ["action", "file"], NameField = "file", WholeField = "file" };

    /// <summary>Builds it.</summary>
    public static Noun Build() => new Noun("agent", "Let an AI agent in: its skill, its MCP server, its token.")
    {
        Details = "What it may do is up to the token (prox agent token create) and to the policy of the server (prox policy show).",
    }.Add(Install(), Guide()).Add(new Noun("token", "Tokens for agents, with the least privileges.").Add(AgentTokenVerb.Make()));

    private static Verb Guide()
    {
        Argument<string> page = new("page")
        {
            Description = $"A page of its references: {string.Join(", ", Pages())} [default: the skill]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new Verb("guide", "Print the skill: how an agent works with prox.", VerbClass.Read, (run, _) =>
        {
            string name = run.Value(page) is { } wanted ? $"references/{wanted}.md" : "SKILL.md";
            (string? path, string text) = SkillFiles.All.FirstOrDefault(file => file.Path == name);
            if (path is null)
            {
                throw CliException.Usage($"The skill has no page '{run.Value(page)}'", $"There are: {string.Join(", ", Pages())}");
            }

            run.Command.Services.Console.Out.Write(text);
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Arguments = [page],
            Examples = [new("agent guide", "the skill itself"), new("agent guide recipes", "one of its references")],
        };
    }

    private static IEnumerable<string> Pages() =>
        SkillFiles.All.Where(static file => file.Path.StartsWith("references/", StringComparison.Ordinal))
            .Select(static file => Path.GetFileNameWithoutExtension(file.Path));

    private static Verb Install()
    {
        Option<string> client = new("--client")
        {
            Description = $"The program the agent runs in: {string.Join(", ", AgentClient.All.Select(static known => known.Name))}",
            HelpName = "program",
            Required = true,
        };
        client.AcceptOnlyFromAmong([.. AgentClient.All.Select(static known => known.Name)]);
        Option<string> folder = new("--dir")
        {
            Description = "The folder with skills, in place of the program's own in your home directory",
            HelpName = "folder",
        };

        Option<string> mcpFile = new("--mcp-file")
        {
            Description = "A JSON file with 'mcpServers' (.mcp.json, ~/.cursor/mcp.json) to add the MCP server to; what else is in it stays",
            HelpName = "file",
        };
        Option<bool> force = new("--force") { Description = "Write over files of the skill that were changed" };
        const string summary = "Write the skill into the folder of an agent's program, and say how its MCP server is set up.";
        return new Verb("install", summary, VerbClass.Change, (run, token) =>
            InstallAsync(run, AgentClient.All.First(known => known.Name == run.Value(client)), new(folder, mcpFile, force), token))
        {
            Options = [client, folder, mcpFile, force],
            Traits = VerbTraits.DryRun,
            Details = "The skill is part of this program: install it again after an update. Nothing is sent to any server.",
            Examples =
            [
                new("agent install --client claude", "into ~/.claude/skills/proxmox"),
                new("agent install --client codex --dry-run", "see which files would be written"),
                new("agent install --client claude --dir .claude/skills --mcp-file .mcp.json", "for the project in this directory, with its MCP server"),
            ],
        };
    }

    private sealed record Settings(Option<string> Folder, Option<string> McpFile, Option<bool> Force);

    private static async Task<int> InstallAsync(VerbRun run, AgentClient client, Settings settings, CancellationToken cancellationToken)
    {
        if (run.Command.Services.Planning is not null)
        {
            throw CliException.Usage("What is written to this machine cannot be planned", "Run it as it is; --dry-run shows it");
        }

        CliEnvironment environment = run.Command.Services.Environment;
        List<(string Action, string File, string Text)> work = Work(
            environment,
            run.Value(settings.Folder) is { } folder ? environment.AbsolutePath(folder) : Path.Combine(environment.HomeDirectory, client.SkillsFolder),
            run.Value(settings.McpFile));
        string[] changed = [.. work.Where(static step => step.Action == "replace").Select(static step => step.File)];
        if (changed.Length > 0 && !run.Value(settings.Force) && !run.IsDryRun)
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"{changed[0]} is there with other content{(changed.Length > 1 ? $", and {changed.Length - 1} more" : "")}",
                Hint = "It is of another version or was changed; write over it with --force",
                Need = ["--force"],
            });
        }

        foreach ((_, string file, string text) in run.IsDryRun ? [] : work.Where(static step => step.Action != "keep"))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, cancellationToken).ConfigureAwait(false);
        }

        Report(run, client, work, settings);
        return ExitCodes.Success;
    }

    private static List<(string Action, string File, string Text)> Work(CliEnvironment environment, string folder, string? mcpFile)
    {
        string target = Path.Combine(folder, SkillFiles.Name);
        List<(string Action, string File, string Text)> work = [.. SkillFiles.All.Select(file => Step(Path.Combine(target, file.Path), file.Text))];
        if (mcpFile is not null)
        {
            string path = environment.AbsolutePath(mcpFile);
            work.Add(Step(path, Merged(path)) with { Action = File.Exists(path) ? "merge" : "write" });
        }

        return work;
    }

    private static (string Action, string File, string Text) Step(string file, string text) =>
        (!File.Exists(file) ? "write" : File.ReadAllText(file) == text ? "keep" : "replace", file, text);

    private static void Report(VerbRun run, AgentClient client, List<(string Action, string File, string Text)> work, Settings settings)
    {
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((string action, string file, _) in work)
            {
                json.WriteStartObject();
                json.WriteString("action", action);
                json.WriteString("file", file);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }), s_files);
        if (run.IsDryRun)
        {
            run.Note("Nothing was written.");
        }

        if (run.Value(settings.McpFile) is null)
        {
            string text = client.McpText(Command(run));
            run.Note(client.McpFile is { } place ? $"For the MCP server, put into {place}:\n{text}" : $"For the MCP server run:\n  {text}");
        }
    }

    private static string Command(VerbRun run) =>
        run.Value(run.Standard.Connection.Context) is { } context && context.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? $"prox mcp --context {context}"
            : "prox mcp";

    // Only the one entry is added; a file that is not what it should be is left alone.
    private static string Merged(string path)
    {
        JsonObject root;
        try
        {
            root = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("it holds no object") : [];
        }
        catch (JsonException e)
        {
            throw new CliException(CliError.Usage($"{path} cannot be merged into: {e.Message.TrimEnd('.')}", "Add the MCP server by hand"), e);
        }

        if (root["mcpServers"] is not (null or JsonObject))
        {
            throw CliException.Usage($"{path} has 'mcpServers' that is no object", "Add the MCP server by hand");
        }

        JsonObject servers = root["mcpServers"] as JsonObject ?? [];
        root["mcpServers"] ??= servers;
        if (servers["proxmox"] is null)
        {
            servers["proxmox"] = new JsonObject { ["command"] = "prox", ["args"] = new JsonArray("mcp") };
        }

        using JsonDocument document = JsonDocument.Parse(root.ToJsonString());
        return JsonText.Indented(document.RootElement) + "\n";
    }
}
