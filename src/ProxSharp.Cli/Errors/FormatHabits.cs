namespace ProxSharp.Cli.Errors;

/// <summary>How other tools are asked for a format, and how it is done here: <c>--json</c> is <c>-o json</c>. Pure.</summary>
internal static class FormatHabits
{
    private static readonly string[] s_formats = ["json", "jsonl", "yaml", "csv", "tsv", "wide", "table"];
    private static readonly string[] s_options = ["--format", "--output-format"];

    /// <summary>Finds how the format is asked for; null if the option asks for none.</summary>
    /// <param name="option">The option as it was typed.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="lines">Knows what is understood; null to tell the form alone.</param>
    public static string? Find(string option, IReadOnlyList<string> arguments, KnownLines? lines)
    {
        int at = arguments.ToList().IndexOf(option);
        return at < 0 || Asked(arguments, at) is not var (format, length) ? null
            : lines?.Complete([.. arguments.Take(at), "-o", format, .. arguments.Skip(at + length)]) is { } whole ? $"Write: {whole}"
            : $"The format has an option: -o {format} (see: prox help output)";
    }

    /// <summary>Writes a line with the formats that are asked for so.</summary>
    /// <param name="words">The line.</param>
    /// <param name="known">The options that the command has.</param>
    public static IReadOnlyList<string> Settle(IReadOnlyList<string> words, IReadOnlyCollection<string> known)
    {
        List<string> line = [];
        for (int at = 0; at < words.Count; at++)
        {
            if (known.Contains(words[at]) || Asked(words, at) is not var (format, length))
            {
                line.Add(words[at]);
                continue;
            }

            line.AddRange(["-o", format]);
            at += length - 1;
        }

        return line;
    }

    private static (string Format, int Length)? Asked(IReadOnlyList<string> words, int at)
    {
        string[] parts = words[at].Split('=', 2);
        bool isNamed = s_options.Contains(parts[0]);
        int length = isNamed && parts.Length == 1 ? 2 : 1;
        string? format = isNamed && parts.Length == 2 ? Format(parts[1])
            : isNamed ? Format(words.ElementAtOrDefault(at + 1))
            : words[at].StartsWith("--", StringComparison.Ordinal) ? Format(words[at][2..])
            : null;
        return format is null ? null : (format, length);
    }

    private static string? Format(string? word) => word switch
    {
        "json-pretty" => "json",
        "text" => "table",
        "yml" => "yaml",
        _ => Array.Find(s_formats, format => format == word),
    };
}
