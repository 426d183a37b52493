using System.CommandLine;

namespace ProxSharp.Cli.Completion;

/// <summary>Where names of files belong in a command line. Shells complete them themselves, better than anybody for them. Pure.</summary>
internal static class FilePlaces
{
    private const string Reference = "file:";

    private static readonly HashSet<string> s_files = new(StringComparer.Ordinal) { "file", "folder", "directory" };

    // Those whose values have another name in help.
    private static readonly HashSet<string> s_options = new(StringComparer.Ordinal) { "--replay", "--include-dev" };

    // Keys of backups, and archives with what goes into them.
    private static readonly HashSet<string> s_arguments = new(StringComparer.Ordinal) { "file", "directory", "encrypted-key", "master-key" };

    /// <summary>Returns what stands in front of the name of a file in a value; null where no file belongs.</summary>
    /// <param name="symbol">What the value is for.</param>
    /// <param name="noun">The noun of the command.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="value">What was typed of it.</param>
    public static string? Front(Symbol symbol, string noun, string verb, string value) => symbol switch
    {
        _ when value.StartsWith(Reference, StringComparison.Ordinal) => Reference,
        Option { ValueType: var type } when type == typeof(bool) => null,
        Option when value.StartsWith('@') && !value.StartsWith("@@", StringComparison.Ordinal) => "@",
        Option { HelpName: { } help, Name: var name } when s_files.Contains(help) || s_options.Contains(name) => "",
        Argument when s_arguments.Contains(symbol.Name) || (symbol.Name == "target" && noun == "backup" && verb == "restore") => "",
        Argument when noun == "backup" && verb == "create" => Behind(value, ':'),
        Argument when noun == "api" => Behind(value, '=') is { Length: > 0 } front && value[front.Length..].StartsWith('@') ? $"{front}@" : null,
        _ => null,
    };

    private static string? Behind(string value, char sign) => value.IndexOf(sign, StringComparison.Ordinal) is > 0 and int at ? value[..(at + 1)] : null;
}
