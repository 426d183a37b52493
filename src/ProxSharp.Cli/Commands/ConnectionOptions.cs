using System.CommandLine;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary>The options that choose a server: a context, or everything about it.</summary>
internal sealed class ConnectionOptions
{
    /// <summary>A context by name.</summary>
    public Option<string> Context { get; } = new("--context", "-c")
    {
        Description = "The context to use [default: PROX_CONTEXT, else the current one]",
        HelpName = "name",
        Recursive = true,
    };

    /// <summary>The address of a server without a context.</summary>
    public Option<string[]> Url { get; } = new("--url")
    {
        Description = "A server without a context; repeat it for the other nodes of its cluster",
        HelpName = "url",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>How to log in and whom to trust.</summary>
    public LoginOptions Login { get; } = new(recursive: true);

    /// <summary>The schema of the server in place of the tool's.</summary>
    public Option<bool> FromServer { get; } = new("--from-server")
    {
        Description = "Ask the server for its API schema (with descriptions) instead of using the one inside the tool",
        Recursive = true,
    };

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [Context, Url, .. Login.All, FromServer];

    /// <summary>Returns the schema the user wants: the tool's own, or that of the server.</summary>
    public async Task<ApiSchema> SchemaAsync(CommandRun run, CancellationToken cancellationToken)
    {
        if (!run.Value(FromServer))
        {
            return SchemaSource.Embedded(ProductOf(run));
        }

        ServerSession session = await ServerSession.OpenAsync(run, Resolve(run), cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.LoadSchemaAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds the server the user means.</summary>
    /// <exception cref="CliException">None is named, or a name is unknown.</exception>
    public ServerContext Resolve(CommandRun run)
    {
        ContextStore store = run.Services.Contexts;
        ServerContext context = TryResolve(run) ?? throw CliException.Usage(
            $"No server is chosen{store.MissingFile}",
            "Remember one with: prox login URL, or prox context add NAME URL --token-id ID --secret env:NAME; prox api also takes --url");
        return context with { IsReadOnly = context.IsReadOnly || run.Services.Environment.IsReadOnly };
    }

    /// <summary>Finds the server the user means; null if none is named and none is current.</summary>
    public ServerContext? TryResolve(CommandRun run)
    {
        string[] urls = run.Value(Url) ?? [];
        string? named = run.Value(Context);
        if (urls.Length > 0)
        {
            return named is null
                ? Login.Read(run, null, urls)
                : throw CliException.Usage("--context and --url exclude each other", "Give one of them");
        }

        if (Login.FirstGiven(run) is { } option && option != Login.Product)
        {
            throw CliException.Usage(
                $"{option.Name} belongs to a server that is named with --url", "Add --url, or change the context with: prox context add NAME URL --replace");
        }

        ContextStore store = run.Services.Contexts;
        string? name = named ?? run.Services.Environment.Variable("PROX_CONTEXT");
        ContextList list = store.Load();
        return (name ?? list.Current) is { } wanted ? list.Find(wanted) ?? throw Unknown(run, wanted, list) : null;
    }

    // The parser takes -customer1 for -c with the value ustomer1.
    private static CliException Unknown(CommandRun run, string name, ContextList list)
    {
        CliException unknown = Unknown(name, list);
        unknown = run.Services.Contexts.MissingFile is { Length: > 0 } missing
            ? new CliException(unknown.Error with { Message = $"{unknown.Error.Message}{missing}" })
            : unknown;
        return run.Services.Words.TakeWhile(static word => word != "--").Contains($"-c{name}") && UsageErrors.TakesGuests(run.Places.First())
            ? new CliException(unknown.Error with
            {
                Message = $"'-c{name}' is taken for the option -c with the value '{name}', and there is no such context",
                Hint = UsageErrors.Exclusion($"-c{name}", $"Run: prox {run.Path} --help"),
            })
            : unknown;
    }

    /// <summary>The contexts that a command takes by name, the usual one first. The option names one too: alone, or as the first of those that are named.</summary>
    /// <exception cref="CliException">The option names another one.</exception>
    public IReadOnlyList<string> Named(CommandRun run, string[] names)
    {
        if (run.Value(Context) is not { } one)
        {
            return [.. names.Distinct()];
        }

        return names.Length == 0 || names.Contains(one)
            ? [.. names.Prepend(one).Distinct()]
            : throw CliException.Usage(
                $"'{one}' and '{string.Join(' ', names)}' are named in two places, and are not the same", "Name all of them behind the command, without -c");
    }

    /// <summary>Finds the product the user means; without any server that is Proxmox VE.</summary>
    public ProxmoxProduct ProductOf(CommandRun run) =>
        Login.NamedProduct(run) ?? TryResolve(run)?.Product ?? ProxmoxProduct.VirtualEnvironment;

    /// <summary>Makes the error for a context that does not exist.</summary>
    public static CliException Unknown(string name, ContextList list) => new(new CliError
    {
        Code = "unknown_context",
        ExitCode = ExitCodes.Usage,
        Message = $"There is no context '{name}'",
        Hint = list.Items.Count > 0
            ? $"There are: {string.Join(", ", list.Items.Select(static item => item.Name))}"
            : "Add one with: prox context add NAME URL --token-id ID --secret env:NAME",
    });
}
