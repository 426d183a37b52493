using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>How secrets are written in command lines: as references, and texts of many lines as files. Pure.</summary>
internal static class SecretValues
{
    /// <summary>What helps with a secret on one line.</summary>
    public const string Help = "as env:NAME, file:/path or exec:command, never the secret itself";

    /// <summary>What helps with one of many lines.</summary>
    public const string LongHelp = "as @FILE, - for standard input or env:NAME, never the secret itself";

    // Keys in files: of certificates and of encryption they are all of the file, not its first line.
    private static readonly (string Name, string Path)[] s_long =
        [("keyring", "/storage"), ("encryption-key", "/storage"), ("key", "/certificates/"), ("key", "encryption-keys")];

    /// <summary>Tells whether a parameter names another server together with the token for it, whatever the call.</summary>
    public static bool HoldsToken(string name) => name == "target-endpoint";

    /// <summary>Tells whether a secret has more than one line, of which a reference would give the first.</summary>
    /// <param name="path">The path of the call, or its template.</param>
    /// <param name="name">The parameter.</param>
    public static bool IsLong(string path, string name) =>
        DnsPluginData.Is(path, name) || s_long.Any(rule => rule.Name == name && path.Contains(rule.Path, StringComparison.Ordinal));

    /// <summary>Tells whether a value where a secret belongs is none: the server is to make a key, there are no keys here, or a second factor needs none.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="value">What was typed.</param>
    public static bool IsPlain(string name, string value) => name switch
    {
        "keys" => value is "" or "x",
        "encryption-key" => value == "autogen",
        "tfa" => value.StartsWith("type=", StringComparison.Ordinal) && !value.Contains("key=", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>Returns a value that names a file as readers of parameters take it; null for another.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="value">What was typed.</param>
    /// <exception cref="CliException">It is a program's output, of which only one line would be read.</exception>
    public static string? FileOf(string name, string value) => value switch
    {
        "-" => "@-",
        _ when value.StartsWith("file:", StringComparison.Ordinal) => $"@{value[5..]}",
        _ when value.StartsWith("exec:", StringComparison.Ordinal) => throw CliException.Usage(
            $"Of what a program prints, --{name} would get the first line alone", $"Pipe it: COMMAND | prox ... --{name} -"),
        _ => null,
    };
}
