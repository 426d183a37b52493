using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary>The options that say what a context refuses by itself, wherever one is remembered.</summary>
internal sealed class ContextRules
{
    private readonly Option<bool> _readOnly = new("--read-only") { Description = "Refuse everything that changes something on this server (exit code 7)" };
    private readonly Option<string[]> _protectedTags = new("--protect-tag")
    {
        Description = "Refuse to change guests with this tag (exit code 7); may be repeated, commas join",
        HelpName = "tag",
    };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_readOnly, _protectedTags];

    /// <summary>Makes sure that they can be put on a context later.</summary>
    /// <exception cref="CliException">A tag cannot be one.</exception>
    public void Check(CommandRun run) => Tags(run.Value(_protectedTags) ?? []);

    /// <summary>Puts them on a context.</summary>
    /// <exception cref="CliException">A tag cannot be one.</exception>
    public ServerContext Apply(CommandRun run, ServerContext context) => context with
    {
        IsReadOnly = run.Value(_readOnly),
        ProtectedTags = Tags(run.Value(_protectedTags) ?? []),
    };

    /// <summary>Reads tags. One that no guest can have would protect nothing, and nobody would notice.</summary>
    /// <exception cref="CliException">A text cannot be a tag.</exception>
    public static IReadOnlyList<string> Tags(string[] texts)
    {
        IReadOnlyList<string> tags = TagNames.Split(texts);
        string? wrong = tags.FirstOrDefault(static tag => !TagNames.IsTag(tag))
            ?? texts.FirstOrDefault(static text => TagNames.Split([text]).Count == 0);
        return wrong is null ? tags : throw CliException.Usage($"'{wrong}' cannot be a tag of a guest", TagNames.Form);
    }
}
