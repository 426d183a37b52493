using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>Where a secret is found; the secret itself is never stored.</summary>
internal sealed record SecretReference
{
    private const string Forms =
        "Write env:NAME, file:/path, keyring:NAME or exec:command arguments; a secret itself belongs in none of prox' files or arguments";

    private SecretReference(SecretPlace place, string target) => (Place, Target) = (place, target);

    /// <summary>The kind of place.</summary>
    public SecretPlace Place { get; }

    /// <summary>True if all lines count, not the first alone.</summary>
    public bool IsLong { get; init; }

    /// <summary>The variable, file or command.</summary>
    public string Target { get; }

    /// <summary>Reads a reference that a user typed; file names become absolute.</summary>
    /// <exception cref="CliException">It is no reference. The message does not repeat the text: it may be the secret.</exception>
    public static SecretReference Parse(string text, CliEnvironment environment)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon < 0 ? "" : text[..colon];
        string target = colon < 0 ? "" : text[(colon + 1)..].Trim();
        if (target.Length == 0)
        {
            throw CliException.Usage("The secret is not given as a reference", Forms);
        }

        return scheme switch
        {
            "env" when target.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') => new SecretReference(SecretPlace.Environment, target),
            "env" => throw CliException.Usage("The reference env: names no valid variable", Forms),
            "file" => new SecretReference(SecretPlace.File, environment.AbsolutePath(target)),
            "keyring" when target.All(
                static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@') => new SecretReference(SecretPlace.Keyring, target),
            "keyring" => throw CliException.Usage("The reference keyring: names no valid entry", "Use letters, digits and - _ . @"),
            "exec" => new SecretReference(SecretPlace.Command, target),
            _ => throw CliException.Usage("The secret is not given as a reference", Forms),
        };
    }

    /// <summary>The form for messages: a command without its arguments, which may hold what others need not see.</summary>
    public string ShortText => Place == SecretPlace.Command ? $"exec:{Target.Split(' ')[0]}" : ToString();

    /// <summary>Returns the form that is stored.</summary>
    public override string ToString() => Place switch
    {
        SecretPlace.Environment => $"env:{Target}",
        SecretPlace.File => $"file:{Target}",
        SecretPlace.Keyring => $"keyring:{Target}",
        _ => $"exec:{Target}",
    };
}
