using ModelContextProtocol.Server;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Mcp;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox mcp</c>: serves an agent over standard input and output.</summary>
internal sealed class McpCommand : ProxCommand
{
    private readonly ConnectionOptions _connection;

    public McpCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
        : base("mcp", "Serve an agent over standard input and output (Model Context Protocol): it reads, and changes what a policy allows.")
    {
        _connection = connection;
        Add(connection.Context);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("mcp", "serve the current context; this is the command to enter in the agent's program"),
        new("mcp --context lab", "serve another one"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The policy of a context is the file agents/CONTEXT/policy.json beside the contexts. Without one the agent can only read. Plans, the ledger and the "
        + "freeze switch are kept in the same folder.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        ServerContext context = _connection.Resolve(run);
        ProxmoxClientOptions options = await ServerSession.OptionsAsync(run, context, cancellationToken).ConfigureAwait(false);
        AgentServer server = new(context.Product, options, GuardPlaces.Options(GuardPlaces.Find(run.Services, context), context));
        await using (server.ConfigureAwait(false))
        {
            StdioServerTransport transport = new("proxsharp");
            await using (transport.ConfigureAwait(false))
            {
                await server.RunAsync(transport, cancellationToken).ConfigureAwait(false);
            }
        }

        return ExitCodes.Success;
    }
}
