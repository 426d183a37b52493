using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>Writes results of backup verbs.</summary>
internal static class BackupJson
{
    /// <summary>How tables show bytes, times and durations.</summary>
    public static readonly IReadOnlyDictionary<string, string> Units = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["size"] = "bytes",
        ["bytes-read"] = "bytes",
        ["bytes-reused"] = "bytes",
        ["bytes-uploaded"] = "bytes",
        ["bytes-sent"] = "bytes",
        ["bytes-written"] = "bytes",
        ["bytes-compared"] = "bytes",
        ["bytes-sparse"] = "bytes",
        ["backup-time"] = "timestamp",
        ["last-backup"] = "timestamp",
        ["mtime"] = "file_time",
        ["duration"] = "duration",
        ["damage"] = "damage",
    };

    /// <summary>A name of ours as results have it: words of small letters, with hyphens.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>Makes a shape whose tables show these fields.</summary>
    public static ResultShape Shape(string? name, params IReadOnlyList<string> fields) =>
        new() { LeadingFields = fields, TableFields = fields, KnownFields = [.. fields], NameField = name, WholeField = name, Renderers = Units };

    /// <summary>Builds a list.</summary>
    public static JsonElement List<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => JsonText.Build(json => WriteList(json, items, write));

    /// <summary>Writes a list of objects.</summary>
    public static void WriteList<T>(Utf8JsonWriter json, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Tells whether the result is for people: then its most important part is shown as a table, and the rest is told beside it.</summary>
    public static bool IsForPeople(VerbRun run) =>
        run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide or OutputFormat.Csv or OutputFormat.Tsv && run.Command.Output.Query is null;
}
