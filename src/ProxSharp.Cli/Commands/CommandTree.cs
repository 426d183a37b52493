using System.CommandLine;
using System.CommandLine.Help;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Help;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary>Puts the commands together.</summary>
internal static class CommandTree
{
    /// <summary>What the tool is, in one sentence.</summary>
    public const string Description = "Operates Proxmox VE and Proxmox Backup Server from the command line.";

    /// <summary>The examples of the tool as a whole.</summary>
    public static readonly IReadOnlyList<CommandExample> Examples =
    [
        new("demo", "see a simulated cluster being operated; needs no server"),
        new("context add lab https://pve1:8006 --token-id root@pam!ci --secret env:PVE_SECRET", "remember a server"),
        new("vm list status=running --sort -mem", "list the virtual machines that run, the largest first"),
        new("vm start web-1", "start one and wait until it runs"),
        new("api describe /nodes/{node}/qemu", "see what a call takes and returns"),
    ];

    /// <summary>Builds the tree. The schemas are not looked at: only commands that need them read them.</summary>
    /// <param name="services">What commands work with.</param>
    /// <param name="typed">The words of the command line: only nouns among them are built. Null builds all.</param>
    public static RootCommand Build(CommandServices services, IReadOnlyList<string>? typed = null)
    {
        GlobalOptions globals = new();
        StandardOptions standard = new();
        RootCommand root = Root(services, globals);
        root.Add(new DemoCommand(services, globals));
        root.Add(new SimulateCommand(services, globals));
        AddVerbs(root, services, globals, standard, typed);
        root.Add(Api(services, globals));
        root.Add(new LoginCommand(services, globals));
        root.Add(Contexts(services, globals));
        root.Add(SecretCommands.Build(services, globals));
        root.Add(new McpCommand(services, globals, standard.Connection));
        root.Add(new VersionCommand(services, globals));
        root.Add(new CommandsCommand(services, globals, () => Build(services)));
        root.Add(new ExplainCommand(services, globals, standard.Connection, () => Build(services)));
        root.Add(new CompletionCommand(services, globals));
        root.Add(new CompleteCommand(services, globals, words => Build(services, words)));
        root.Add(new ManCommand(services, globals, () => Build(services)));
        root.Add(new HelpCommand(services, globals, () => Build(services)));
        return root;
    }

    // The command without a word: the library's own options make room for the tool's, and it shows the help.
    private static RootCommand Root(CommandServices services, GlobalOptions globals)
    {
        RootCommand root = new(Description);
        root.Options.Clear();

        // Not /? and /h, which are paths: in an archive there may be files of these names.
        root.Add(new HelpOption("--help", "-h", "-?") { Description = "Show this help", Action = new HelpWriterAction(services.Console) });
        root.Add(new Option<bool>("--version") { Description = "Show the version" });
        foreach (Option option in globals.All)
        {
            root.Add(option);
        }

        root.SetAction(parse =>
        {
            HelpWriter.Write(parse.CommandResult.Command, services.Console.Out, services.Console.Width);
            return Errors.ExitCodes.Success;
        });
        return root;
    }

    private static void AddVerbs(
        RootCommand root, CommandServices services, GlobalOptions globals, StandardOptions standard, IReadOnlyList<string>? typed)
    {
        VerbContext context = new(typed);
        foreach (NounEntry noun in NounCatalog.All)
        {
            root.Add(typed is null || typed.Contains(noun.Name, StringComparer.Ordinal)
                ? NounCommand.Open(services, globals, standard, noun.Build(context))
                : NounCommand.Closed(services, noun));
        }

        foreach (Func<Verb> make in TopVerbs.All)
        {
            root.Add(Alone(services, globals, standard, make()));
        }
    }

    private static VerbCommand Alone(CommandServices services, GlobalOptions globals, StandardOptions standard, Verb verb)
    {
        VerbCommand command = new(services, globals, standard, verb);
        command.Add(standard.Connection.Context);
        return command;
    }

    private static GroupCommand Api(CommandServices services, GlobalOptions globals)
    {
        ConnectionOptions connection = new();
        GroupCommand api = new(
            services,
            "api",
            "Look at the API and call any of it: read with ls, describe and get, change with create, set and delete; get, post, put and delete are understood too, in capitals as well.",
            [
                new("api ls /nodes/{node}/qemu/{vmid}", "see what lies below a path"),
                new("api describe /nodes/{node}/qemu --method create", "see the parameters of a call"),
                new("api get /version", "ask the server"),
            ],
            new ApiListCommand(services, globals, connection),
            new ApiDescribeCommand(services, globals, connection),
            new ApiGetCommand(services, globals, connection),
            new ApiCreateCommand(services, globals, connection),
            new ApiSetCommand(services, globals, connection),
            new ApiDeleteCommand(services, globals, connection));
        foreach (Option option in connection.All)
        {
            api.Add(option);
        }

        return api;
    }

    private static GroupCommand Contexts(CommandServices services, GlobalOptions globals) => new(
        services,
        "context",
        "Remember servers and how to log in to them.",
        [
            new("context add lab pve1 --user root@pam --secret file:~/.pve-password", "remember a server that is logged in to with a password"),
            new("context use lab", "use it from now on"),
            new("context list", "see all of them"),
        ],
        new ContextAddCommand(services, globals),
        new ContextUseCommand(services, globals),
        new ContextSetCommand(services, globals),
        new ContextTrustCommand(services, globals),
        new ContextListCommand(services, globals),
        new ContextShowCommand(services, globals),
        new ContextRemoveCommand(services, globals));
}
