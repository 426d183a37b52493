using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context set</c>: changes what a context refuses, and leaves its server and login as they are.</summary>
internal sealed class ContextSetCommand : ProxCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The context" };
    private readonly Option<bool?> _readOnly = new("--read-only")
    {
        Description = "Refuse everything that changes something on this server (exit code 7); false allows it again",
        HelpName = "true|false",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string[]> _protect = new("--protect-tag")
    {
        Description = "Refuse to change guests with this tag, too (exit code 7); may be repeated, commas join",
        HelpName = "tag",
    };
    private readonly Option<string[]> _release = new("--unprotect-tag")
    {
        Description = "Allow changes of guests with this tag again; may be repeated, commas join",
        HelpName = "tag",
    };

    public ContextSetCommand(CommandServices services, GlobalOptions globals)
        : base("set", "Change what a context refuses by itself. Its server and login stay.")
    {
        Add(_name);
        Add(_readOnly);
        Add(_protect);
        Add(_release);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context set lab --read-only", "look, and change nothing"),
        new("context set lab --read-only false --protect-tag prod", "change anything but what is in production"),
        new("context set lab --unprotect-tag prod", "allow that again"),
    ];

    /// <inheritdoc/>
    public override string Details => "Only what is named changes. Nothing is sent to the server. Rules that bind programs, too, are those of a policy: prox policy --help";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = run.Value(_name)!;
        IReadOnlyList<string> added = ContextRules.Tags(run.Value(_protect) ?? []);
        IReadOnlyList<string> removed = ContextRules.Tags(run.Value(_release) ?? []);
        bool isNamed = run.IsGiven(_readOnly);
        if (!isNamed && added.Count + removed.Count == 0)
        {
            throw CliException.Usage("Nothing is named that should change", "Name it: --read-only, --protect-tag TAG or --unprotect-tag TAG");
        }

        if (added.Intersect(removed, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
        {
            throw CliException.Usage($"The tag '{both}' is to be protected and not", "Name it once");
        }

        ContextList changed = await run.Services.Contexts.UpdateAsync(
            list => list.With(Change(list.Find(name) ?? throw ConnectionOptions.Unknown(name, list))), cancellationToken).ConfigureAwait(false);
        ServerContext context = changed.Find(name)!;
        string tags = string.Join(" or ", context.ProtectedTags);
        run.Note(context.IsReadOnly ? $"Context '{name}' is read-only."
            : context.ProtectedTags.Count == 0 ? $"Context '{name}' may change things."
            : $"Context '{name}' may change things, but no guests with the tag {tags}.");
        if (run.IsMachineOutput)
        {
            run.WriteVersioned(JsonText.Build(json => ContextFile.WriteContext(json, context, changed.Current == name)));
        }

        return ExitCodes.Success;

        ServerContext Change(ServerContext context)
        {
            string? missing = removed.FirstOrDefault(tag => !context.ProtectedTags.Contains(tag, StringComparer.OrdinalIgnoreCase));
            return missing is null
                ? context with
                {
                    IsReadOnly = isNamed ? run.Value(_readOnly) ?? true : context.IsReadOnly,
                    ProtectedTags =
                    [
                        .. context.ProtectedTags.Concat(added).Distinct(StringComparer.OrdinalIgnoreCase)
                            .Where(tag => !removed.Contains(tag, StringComparer.OrdinalIgnoreCase)),
                    ],
                }
                : throw CliException.Usage($"The context '{name}' does not protect the tag '{missing}'", $"See what it does: prox context show {name}");
        }
    }
}
