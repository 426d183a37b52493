using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context list</c>: all contexts.</summary>
internal sealed class ContextListCommand : ProxCommand
{
    // Eight of the 32 bytes: enough to tell it from another one.
    private const int ShortFingerprint = 23;

    private static readonly ResultShape s_shape = new()
    {
        IsClosed = true,
        LeadingFields = ["current", "name", "product", "endpoints", "tokenId", "user", "secret", "fingerprints", "caFile", "insecure"],
        KnownFields =
        [
            "current", "name", "product", "endpoints", "tokenId", "user", "secret", "fingerprints", "caFile", "insecure", "readOnly", "protectedTags",
        ],
    };

    public ContextListCommand(CommandServices services, GlobalOptions globals)
        : base("list", "List the contexts.")
    {
        Aliases.Add("ls");
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context list", "all contexts; * marks the current one"),
        new("context list -o json", "the same as JSON, for scripts"),
    ];

    private static Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        ContextList list = run.Services.Contexts.Load();
        bool table = run.Output.Format == OutputFormat.Table;
        run.WriteVersioned(
            JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (ServerContext context in list.Items)
                {
                    bool current = context.Name == list.Current;
                    if (!table)
                    {
                        ContextFile.WriteContext(json, context, current);
                        continue;
                    }

                    json.WriteStartObject();
                    json.WriteString("current", current ? "*" : "");
                    json.WriteString("name", context.Name);
                    json.WriteString("product", context.ProductName);
                    json.WriteString("endpoints", string.Join(", ", context.Endpoints.Select(static endpoint => endpoint.Authority)));
                    json.WriteString("login", context.TokenId ?? context.User);
                    json.WriteString("trust", Trust(run, context));
                    json.WriteOptional("guard", Guard(context));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }),
            table ? s_shape with { LeadingFields = ["current", "name", "guard", "endpoints", "login", "product", "trust"] } : s_shape);
        if (list.Items.Count == 0)
        {
            run.Note("There are no contexts. Add one with: prox context add NAME URL --token-id ID --secret env:NAME");
        }

        return Task.FromResult(ExitCodes.Success);
    }

    // What somebody confirmed at the first use is remembered beside the contexts.
    private static string Trust(CommandRun run, ServerContext context)
    {
        if (context.Trust.Fingerprints.Count > 0)
        {
            return "fingerprint";
        }

        if (context.Trust is { IsInsecure: false, AuthorityFile: null })
        {
            FingerprintStore known = new(run.Services.Contexts.KnownServers);
            foreach (ProxmoxEndpoint endpoint in context.Endpoints)
            {
                if (known.Find(endpoint) is { } fingerprint)
                {
                    return $"first use: {fingerprint.ToString()[..ShortFingerprint]}...";
                }
            }
        }

        return context.Trust.ToString();
    }

    // What a context refuses, in a word: read-only, or the tags that it protects.
    private static string? Guard(ServerContext context)
    {
        string[] words = [.. context.IsReadOnly ? (string[])["read-only"] : [], .. context.ProtectedTags.Select(static tag => $"@tag-{tag}")];
        return words.Length == 0 ? null : string.Join(", ", words);
    }
}
