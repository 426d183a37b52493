using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;

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
            if (SkillFiles.All.FirstOrDefault(file => file.Path == name) is not { } found)
            {
                throw CliException.Usage($"The skill has no page '{run.Value(page)}'", $"There are: {string.Join(", ", Pages())}");
            }

            run.Command.Services.Console.Out.Write(found.Text);
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
        Settings settings = NewSettings();
        const string summary = "Write the skill into the folder of an agent's program, and say how its MCP server is set up.";
        return new Verb("install", summary, VerbClass.Change, (run, token) =>
            InstallAsync(run, AgentClient.All.First(known => known.Name == run.Value(client)), settings, token))
        {
            Arguments = [settings.Contexts],
            Options = [client, settings.Folder, settings.McpFile, settings.Config, settings.Force],
            Traits = VerbTraits.DryRun,
            Details = "The skill is part of this program: install it again after an update. Nothing is sent to any server. --write-config adds one entry and "
                + "leaves one that is there alone; a file with comments in JSON is refused, because they would be lost. The MCP server is entered with the "
                + "names of contexts, because without them it serves all, those of administrators among them.",
            Examples =
            [
                new("agent install --client claude", "into ~/.claude/skills/proxmox"),
                new("agent install --client codex --dry-run", "see which files would be written"),
                new("agent install --client codex --write-config lab", "with the MCP server for one context in ~/.codex/config.toml"),
                new("agent install --client claude --dir .claude/skills --mcp-file .mcp.json", "for the project in this directory, with its MCP server"),
            ],
        };
    }

    private static Settings NewSettings()
    {
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
        Option<bool> config = new("--write-config")
        {
            Description = "Add the MCP server to the program's own configuration too; a copy of the file as it was is kept beside it",
        };
        Argument<string[]> contexts = new("context")
        {
            Description = "The contexts that the MCP server serves, the usual one first [default: the current one]",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "name",
        };
        Option<bool> force = new("--force") { Description = "Write over files of the skill that were changed" };
        return new(contexts, folder, mcpFile, config, force);
    }

    private sealed record Settings(Argument<string[]> Contexts, Option<string> Folder, Option<string> McpFile, Option<bool> Config, Option<bool> Force);

    // Of the program's own configuration a copy is kept.
    private sealed record Step(string Action, string File, string Text, bool IsConfig = false, bool IsKept = false);

    private static async Task<int> InstallAsync(VerbRun run, AgentClient client, Settings settings, CancellationToken cancellationToken)
    {
        if (run.Command.Services.Planning is not null)
        {
            throw CliException.Usage("What is written to this machine cannot be planned", "Run it as it is; --dry-run shows it");
        }

        // Before anything is written or told: what they are called is asked for by all that follows.
        IReadOnlyList<string> names = Names(run, settings);
        List<Step> work = Work(run, client, settings, names);
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

        foreach (Step step in run.IsDryRun ? [] : work.Where(static step => step.Action != "keep"))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(step.File)!);
            if (step.IsKept && McpConfig.Keep(step.File) is { } copy)
            {
                run.Note($"{step.File} as it was is kept in {copy}.");
            }

            // In place: a link stays one, and who may read the file stays the same.
            await File.WriteAllTextAsync(step.File, step.Text, cancellationToken).ConfigureAwait(false);
        }

        Report(run, client, work, settings, names);
        Warn(run, names);
        return ExitCodes.Success;
    }

    // While the work is planned, so that nothing is half done.
    private static void CheckLinks(string file)
    {
        for (string? path = file; path is not null; path = Path.GetDirectoryName(path))
        {
            if (new FileInfo(path).LinkTarget is { } target && !Path.Exists(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName))
            {
                throw CliException.Usage($"{path} is a link to {target}, and there is nothing", "Remove the link, or make what it points to");
            }
        }
    }

    private static List<Step> Work(VerbRun run, AgentClient client, Settings settings, IReadOnlyList<string> names)
    {
        CliEnvironment environment = run.Command.Services.Environment;
        string folder = run.Value(settings.Folder) is { } named
            ? environment.AbsolutePath(named)
            : client.Locate(environment, client.SkillsFolder);
        string target = Path.Combine(folder, SkillFiles.Name);
        List<Step> work = [.. SkillFiles.All.Select(file => StepOf(Path.Combine(target, file.Path), file.Text))];
        if (run.Value(settings.McpFile) is { } mcpFile)
        {
            work.Add(ConfigStep(names, environment.AbsolutePath(mcpFile), McpPlace.Servers));
        }

        if (run.Value(settings.Config))
        {
            string path = client.Locate(environment, client.ConfigFile ?? throw CliException.Usage(
                $"The configuration of {client.Title} is nothing to write into",
                client.McpFile is null ? $"Run: {client.McpText(Command(names))}" : "Name a file: --mcp-file FILE"));
            work.Add(ConfigStep(names, path, client.Place) with { IsKept = true });
        }

        return work;
    }

    private static Step ConfigStep(IReadOnlyList<string> contexts, string path, McpPlace place)
    {
        CheckLinks(path);
        Step step = StepOf(path, McpConfig.Merge(path, place, Command(contexts))) with { IsConfig = true };
        return step.Action == "replace" ? step with { Action = "merge" } : step;
    }

    private static Step StepOf(string file, string text)
    {
        CheckLinks(file);
        return new Step(!File.Exists(file) ? "write" : GuardFiles.ReadText(file) == text ? "keep" : "replace", file, text);
    }

    private static void Report(VerbRun run, AgentClient client, List<Step> work, Settings settings, IReadOnlyList<string> names)
    {
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (Step step in work)
            {
                json.WriteStartObject();
                json.WriteString("action", step.Action);
                json.WriteString("file", step.File);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }), s_files);
        foreach (Step step in work.Where(static step => step is { IsConfig: true, Action: "keep" }))
        {
            run.Note($"{step.File} has an MCP server with this name already; it is left alone. See which contexts it serves: prox mcp alone serves all.");
        }

        if (run.IsDryRun)
        {
            run.Note("Nothing was written.");
        }

        if (run.Value(settings.McpFile) is null && !run.Value(settings.Config))
        {
            string text = client.McpText(Command(names));
            CliEnvironment environment = run.Command.Services.Environment;
            string? place = client is { McpFile: { } usual, ConfigFile: { } file } && client.Locate(environment, file) is var path
                ? path == Path.Combine(environment.HomeDirectory, file) ? usual : path
                : client.McpFile;
            run.Note(place is not null ? $"For the MCP server, put into {place}:\n{text}" : $"For the MCP server run:\n  {text}");
        }
    }

    private static IReadOnlyList<string> Names(VerbRun run, Settings settings)
    {
        ConnectionOptions connection = run.Standard.Connection;
        IReadOnlyList<string> named = connection.Named(run.Command, run.Value(settings.Contexts) ?? []);
        IReadOnlyList<string> names = named.Count > 0 ? named : connection.TryResolve(run.Command)?.Name is { } current ? [current] : [];
        foreach (string name in names)
        {
            ContextNames.Check(name, "See what there is: prox context list");
        }

        return names;
    }

    // What the agent gets by it is told here, because it is a person who runs this, and nobody reads what the server itself warns of.
    private static void Warn(VerbRun run, IReadOnlyList<string> names)
    {
        ContextList list = run.Command.Services.Contexts.Load();
        if (names.Count == 0)
        {
            run.Command.Warn("no context is named and none is current, so the MCP server serves all that there will be; name one: prox agent install ... NAME");
        }

        foreach (string name in names)
        {
            if (list.Find(name) is not { } context)
            {
                run.Command.Warn($"there is no context '{name}' yet, and without it the MCP server does not start");
            }
            else if (context.User is { } user)
            {
                run.Command.Warn(
                    $"'{name}' logs in as {user}, and an agent may do there what this user may. Make a token for it: {PrintedCommands.Of("agent", "token", "create")}");
            }
        }

        McpCommand.WarnOfOtherLogins(run.Command, [.. names.Select(list.Find).OfType<ServerContext>()]);
    }

    private static string Command(IReadOnlyList<string> contexts) => string.Join(' ', ["prox", "mcp", .. contexts]);
}
