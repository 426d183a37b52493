using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>Where a secret is found; the secret itself is never stored.</summary>
internal sealed record SecretReference
{
    private const string Forms = "Write env:NAME, file:/path or exec:command arguments; a secret itself belongs in none of prox' files or arguments";

    private SecretReference(SecretSource source, string target) => (Source, Target) = (source, target);

    /// <summary>The kind of place.</summary>
    public SecretSource Source { get; }

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
            "env" when target.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') => new SecretReference(SecretSource.Environment, target),
            "env" => throw CliException.Usage("The reference env: names no valid variable", Forms),
            "file" => new SecretReference(SecretSource.File, environment.AbsolutePath(target)),
            "exec" => new SecretReference(SecretSource.Command, target),
            _ => throw CliException.Usage("The secret is not given as a reference", Forms),
        };
    }

    /// <summary>Returns the form that is stored.</summary>
    public override string ToString() => Source switch
    {
        SecretSource.Environment => $"env:{Target}",
        SecretSource.File => $"file:{Target}",
        _ => $"exec:{Target}",
    };
}
