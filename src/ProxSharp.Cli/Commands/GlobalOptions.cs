using System.CommandLine;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    private static readonly string[] s_formats = ["table", "json", "jsonl", "yaml", "csv"];

    /// <summary>The form of results and errors.</summary>
    public Option<string> Output { get; } = new("--output", "-o")
    {
        Description = "How results are written: table, json, jsonl, yaml or csv [default: table]",
        HelpName = "format",
        Recursive = true,
    };

    /// <summary>The members to show.</summary>
    public Option<string[]> Fields { get; } = new("--fields")
    {
        Description = "Only these fields, in this order, separated by commas",
        HelpName = "a,b",
        Recursive = true,
    };

    /// <summary>Tables and CSV without a header.</summary>
    public Option<bool> NoHeader { get; } = new("--no-header") { Description = "Leave out the header of tables and CSV", Recursive = true };

    /// <summary>No colours.</summary>
    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours (also: NO_COLOR, TERM=dumb)", Recursive = true };

    /// <summary>Stack traces.</summary>
    public Option<bool> Debug { get; } = new("--debug") { Description = "Print the technical details of an error", Recursive = true };

    public GlobalOptions() => Output.AcceptOnlyFromAmong(s_formats);

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [Output, Fields, NoHeader, NoColor, Debug];

    /// <summary>Reads how results are to be written.</summary>
    public OutputSettings Read(ParseResult parse, IConsoleHost console, CliEnvironment environment) => new()
    {
        Format = ParseFormat(parse.GetValue(Output)),
        Fields = parse.GetValue(Fields) is { Length: > 0 } fields ? Names(fields) : null,
        NoHeader = parse.GetValue(NoHeader),
        Width = console.Width,
        Ansi = Ansi.For(console.IsOutputTerminal, environment, parse.GetValue(NoColor)),
    };

    /// <summary>Finds out how errors are to be written, even in a command line that cannot be understood.</summary>
    public static bool WantsJsonErrors(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string? format = arguments[i] switch
            {
                "-o" or "--output" => i + 1 < arguments.Count ? arguments[i + 1] : null,
                { } text when text.StartsWith("--output=", StringComparison.Ordinal) => text["--output=".Length..],
                { } text when text.StartsWith("-o", StringComparison.Ordinal) => text[2..].TrimStart('=', ':'),
                _ => null,
            };
            if (format is "json" or "jsonl")
            {
                return true;
            }
        }

        return false;
    }

    private static string[] Names(IReadOnlyList<string> fields)
    {
        string[] names =
            [.. fields.SelectMany(static part => part.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];
        return names.Length > 0 ? names : throw CliException.Usage("--fields names no field", "Write the names with commas between them: --fields vmid,name");
    }

    private static OutputFormat ParseFormat(string? name) => name switch
    {
        "json" => OutputFormat.Json,
        "jsonl" => OutputFormat.JsonLines,
        "yaml" => OutputFormat.Yaml,
        "csv" => OutputFormat.Csv,
        _ => OutputFormat.Table,
    };
}
