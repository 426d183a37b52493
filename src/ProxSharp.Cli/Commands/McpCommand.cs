using ModelContextProtocol.Server;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Mcp;
using ProxSharp.Operations;

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
        ServerSession session = await ServerSession.OpenAsync(run, context, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            string name = context.Name ?? context.Endpoints[0].Authority;
            string folder = Path.Combine(run.Services.Contexts.FolderPath, "agents", Uri.EscapeDataString(name));
            ProxmoxClientOptions options = (session.Pve?.Options ?? session.Pbs?.Options)!;
            AgentServer server = new(context.Product, options, new GuardOptions
            {
                Context = name,
                PolicyPath = Path.Combine(folder, "policy.json"),
                StateFolder = folder,
                IsReadOnly = context.IsReadOnly,
            });
            await using (server.ConfigureAwait(false))
            {
                StdioServerTransport transport = new("proxsharp");
                await using (transport.ConfigureAwait(false))
                {
                    await server.RunAsync(transport, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return ExitCodes.Success;
    }
}
