using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context show</c>: everything about one context, without its secret.</summary>
internal sealed class ContextShowCommand : ProxCommand
{
    private static readonly ResultShape s_shape = new()
    {
        LeadingFields = ["name", "current", "product", "endpoints", "tokenId", "user", "secret", "fingerprints", "caFile", "insecure"],
        KnownFields =
        [
            "name", "current", "product", "endpoints", "tokenId", "user", "secret", "fingerprints", "caFile", "insecure", "readOnly", "protectedTags",
        ],
    };

    private readonly Argument<string> _name = new("name")
    {
        Description = "The context [default: PROX_CONTEXT, else the current one]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ContextShowCommand(CommandServices services, GlobalOptions globals)
        : base("show", "Show one context. Its secret is never shown, only where it is found.")
    {
        Add(_name);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context show", "the current context"),
        new("context show backup -o yaml", "another one, as YAML"),
    ];

    private Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        ContextList list = run.Services.Contexts.Load();
        string name = run.Value(_name) ?? run.Services.Environment.Variable("PROX_CONTEXT") ?? list.Current
            ?? throw CliException.Usage("There is no current context", "Choose one with: prox context use NAME");
        ServerContext context = list.Find(name) ?? throw ConnectionOptions.Unknown(name, list);
        run.WriteVersioned(JsonText.Build(json => ContextFile.WriteContext(json, context, name == list.Current)), s_shape);
        return Task.FromResult(ExitCodes.Success);
    }
}
