using System.CommandLine;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Query;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    private static readonly string[] s_formats = ["table", "wide", "json", "jsonl", "yaml", "csv", "tsv", "name"];

    /// <summary>The form of results and errors.</summary>
    public Option<string> Output { get; } = new("--output", "-o")
    {
        Description = "How results are written: table, wide, json, jsonl, yaml, csv, tsv or name [default: table]",
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

    /// <summary>The order.</summary>
    public Option<string[]> Sort { get; } = new("--sort")
    {
        Description = "Sort lists by these fields, separated by commas; - in front of a field turns it round",
        HelpName = "a,-b",
        Recursive = true,
    };

    /// <summary>An expression for the result.</summary>
    public Option<string> Query { get; } = new("--query")
    {
        Description = "Put the result through a JMESPath expression first",
        HelpName = "expression",
        Recursive = true,
    };

    /// <summary>Tables and CSV without a header.</summary>
    public Option<bool> NoHeader { get; } = new("--no-header") { Description = "Leave out the header of tables, CSV and TSV", Recursive = true };

    /// <summary>No colours.</summary>
    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours (also: NO_COLOR, CLICOLOR=0, TERM=dumb)", Recursive = true };

    /// <summary>Stack traces.</summary>
    public Option<bool> Debug { get; } = new("--debug") { Description = "Print the technical details of an error", Recursive = true };

    /// <summary>The calls.</summary>
    public Option<bool> DebugHttp { get; } = new("--debug-http")
    {
        Description = "Print every call to the server on standard error, secrets left out",
        Recursive = true,
    };

    /// <summary>A recording.</summary>
    public Option<string> Record { get; } = new("--record")
    {
        Description = "Write every exchange with the server to this file, one a line, secrets masked; to a folder (name/) one file each. "
            + "See: simulate --replay",
        HelpName = "file",
        Recursive = true,
    };

    public GlobalOptions() => Output.AcceptOnlyFromAmong(s_formats);

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [Output, Fields, Sort, Query, NoHeader, NoColor, Debug, DebugHttp, Record];

    /// <summary>Reads how results are to be written.</summary>
    public OutputSettings Read(ParseResult parse, IConsoleHost console, CliEnvironment environment) => new()
    {
        Format = ParseFormat(parse.GetValue(Output)),
        Fields = parse.GetValue(Fields) is { Length: > 0 } fields ? Names(fields) : null,
        Sort = [.. Words(parse.GetValue(Sort)).Select(static word => new SortField(word.TrimStart('-'), word.StartsWith('-')))],
        Query = parse.GetValue(Query) is { } query ? JmesQuery.Parse(query) : null,
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
                { } text when text.StartsWith("--output=", StringComparison.Ordinal) || text.StartsWith("--output:", StringComparison.Ordinal) => text["--output=".Length..],
                { } text when text.StartsWith("--output-format", StringComparison.Ordinal) => Backups.OfficialSpelling.FindFormat(arguments, i, out _),
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
        string[] names = [.. Words(fields).Distinct(StringComparer.Ordinal)];
        return names.Length > 0 ? names : throw CliException.Usage("--fields names no field", "Write the names with commas between them: --fields vmid,name");
    }

    private static IEnumerable<string> Words(IReadOnlyList<string>? parts) =>
        (parts ?? []).SelectMany(static part => part.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static OutputFormat ParseFormat(string? name) => name switch
    {
        "json" => OutputFormat.Json,
        "jsonl" => OutputFormat.JsonLines,
        "yaml" => OutputFormat.Yaml,
        "csv" => OutputFormat.Csv,
        "tsv" => OutputFormat.Tsv,
        "wide" => OutputFormat.Wide,
        "name" => OutputFormat.Name,
        _ => OutputFormat.Table,
    };
}
