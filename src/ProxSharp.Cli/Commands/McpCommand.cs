using System.CommandLine;
using ModelContextProtocol.Server;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Terminal;
using ProxSharp.Mcp;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox mcp</c>: serves an agent over standard input and output.</summary>
internal sealed class McpCommand : ProxCommand
{
    private readonly ConnectionOptions _connection;
    private readonly Argument<string[]> _names = new("context")
    {
        Description = "The contexts to serve, the usual one first [default: all, the current one first]",
        Arity = ArgumentArity.ZeroOrMore,
        HelpName = "name",
    };

    public McpCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
        : base("mcp", "Serve an agent over standard input and output (Model Context Protocol): it reads, and changes what a policy allows.")
    {
        _connection = connection;
        Add(_names);
        Add(connection.Context);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("mcp lab", "serve one context; this is the command to enter in the agent's program"),
        new("mcp lab backup", "serve a cluster and its backup server"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The policy of a context is the file agents/CONTEXT/policy.json beside the contexts. Without one the agent can only read. Plans, the ledger and the "
        + "freeze switch are kept in the same folder. Secrets are read, and servers asked, when the agent first needs them. An agent has the rights of all "
        + "contexts that are served: name those with the tokens that were made for it.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        ServerContext[] contexts = Contexts(run);
        WarnOfOtherLogins(run, contexts);
        AgentServer server = new(new AgentServerOptions { Contexts = [.. contexts.Select(context => Serve(run, context))] });
        await using (server.ConfigureAwait(false))
        {
            using ProtocolLog log = new(run.Services.Console.Error);
            ProtocolLines lines = new(StandardFiles.OpenInput(), StandardFiles.OpenOutput());
            StreamServerTransport transport = new(lines, lines, "proxsharp", log);
            await using (lines.ConfigureAwait(false))
            await using (transport.ConfigureAwait(false))
            {
                await server.RunAsync(transport, log, cancellationToken).ConfigureAwait(false);
            }
        }

        return ExitCodes.Success;
    }

    private ServerContext[] Contexts(CommandRun run)
    {
        run.AsksOtherServers = true;
        ContextList list = run.Services.Contexts.Load();
        IReadOnlyList<string> names = _connection.Named(run, run.Value(_names) ?? []);
        bool isReadOnly = run.Services.Environment.IsReadOnly;
        if (names.Count > 0)
        {
            return [.. names.Select(name => Locked(list.Find(name) ?? throw ConnectionOptions.Unknown(name, list), isReadOnly))];
        }

        ServerContext? first = _connection.TryResolve(run);
        return list.Items.Count == 0
            ? [_connection.Resolve(run)]
            : [.. list.Items.OrderBy(context => context.Name != first?.Name).Select(context => Locked(context, isReadOnly))];
    }

    /// <summary>What keeps an agent to little, its token, keeps it to nothing if another one for the same server is served beside it.</summary>
    public static void WarnOfOtherLogins(CommandRun run, IReadOnlyList<ServerContext> served)
    {
        foreach (ServerContext context in served)
        {
            if (GuardPlaces.OtherLogins(context, served.SkipWhile(each => each.Name != context.Name)).FirstOrDefault() is { } other)
            {
                run.Warn(
                    $"'{context.Name}' ({GuardPlaces.LoginOf(context)}) and '{other.Name}' ({GuardPlaces.LoginOf(other)}) reach the same server, and an agent may "
                    + "use the rights of both. Name the context that was made for it: prox mcp NAME");
            }
        }
    }

    private static ServerContext Locked(ServerContext context, bool isReadOnly) => context with { IsReadOnly = context.IsReadOnly || isReadOnly };

    private static AgentContext Serve(CommandRun run, ServerContext context) => new()
    {
        Product = context.Product,
        Guard = GuardPlaces.Options(GuardPlaces.Find(run.Services, context), context),
        Connect = cancellationToken => ConnectAsync(run, context, cancellationToken),

        // Whoever is told to run something does so elsewhere, where another context may be the current one.
        Commands = context.Name is { } name ? new PrintedCommands(["-c", name]).In : null,
    };

    // The agent server puts its own guard around these options.
    private static async ValueTask<ProxmoxClientOptions> ConnectAsync(CommandRun run, ServerContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ServerSession.OptionsAsync(run, context, cancellationToken).ConfigureAwait(false);
        }
        catch (CliException e)
        {
            throw new AgentConnectionException($"{context.Name}: {e.Message}. {e.Error.Hint}", e);
        }
    }
}
