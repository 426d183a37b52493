using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>Writes a result in the form the user asked for.</summary>
internal static class ResultWriter
{
    /// <summary>The version of the form of JSON results; it grows when a member changes its meaning or goes.</summary>
    public const int SchemaVersion = 1;

    private static readonly string[] s_names =
    [
        "volid", "vmid", "upid", "storage", "userid", "tokenid", "poolid", "roleid", "groupid", "realm", "sid", "store", "node", "name", "id", "iface",
    ];

    /// <summary>Members that name an item among others of its kind. Of one thing alone, such as a version, they tell a property.</summary>
    private static readonly string[] s_listNames =
    [
        "value", "devpath", "filename", "filepath", "label-text", "media-set-uuid", "ns", "zone", "vnet", "Package", "macro", "share", "target", "pool", "lv", "vg",
        "usbpath", "path", "interface", "neighbor", "route", "ip", "release", "entry-id", "utc", "type", "t",
    ];

    /// <summary>Writes a result.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="result">The result with raw keys and native types.</param>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about it.</param>
    public static void Write(TextWriter writer, JsonElement result, OutputSettings settings, ResultShape shape)
    {
        JsonElement value = settings.Query is { } query ? query.Apply(result) : result;
        FieldSelection.RequireQueried(settings, value);
        value = Sorting.Apply(value, settings.Sort, settings.Query is null ? shape : ResultShape.Unknown);
        value = settings.Format == OutputFormat.Name ? value : FieldSelection.Apply(
            value, settings.Fields, settings.Query is { MakesObjects: true } ? ResultShape.Unknown : shape);
        switch (settings.Format)
        {
            case OutputFormat.Json:
                JsonText.WriteIndented(writer, json => WriteJson(json, value, settings is { IsVersioned: true, Query: null }));
                writer.WriteLine();
                break;
            case OutputFormat.JsonLines:
                WriteLines(writer, value);
                break;
            case OutputFormat.Yaml:
                YamlText.Write(writer, value);
                break;
            case OutputFormat.Csv or OutputFormat.Tsv:
                CsvText.Write(writer, value, settings, shape);
                break;
            case OutputFormat.Name:
                WriteNames(writer, value, settings, shape);
                break;
            default:
                new TableText(writer, settings, shape).Write(value);
                break;
        }
    }

    private static void WriteJson(Utf8JsonWriter json, JsonElement value, bool isVersioned)
    {
        if (!isVersioned)
        {
            value.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("schemaVersion", SchemaVersion);
        json.WritePropertyName("data");
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            json.WriteNullValue();
        }
        else
        {
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteLines(TextWriter writer, JsonElement value)
    {
        IEnumerable<JsonElement> lines = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        foreach (JsonElement line in lines)
        {
            writer.WriteLine(JsonText.Compact(line));
        }
    }

    // Proxmox: a backup server gives the parts of the path that its commands take.
    private static string? BackupPath(JsonElement item)
    {
        if (!item.TryGetProperty("backup-type", out JsonElement type) || !item.TryGetProperty("backup-id", out JsonElement id))
        {
            return null;
        }

        string group = $"{type}/{id}";
        return item.TryGetProperty("backup-time", out JsonElement time) && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out long seconds)
            ? $"{group}/{DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"
            : group;
    }

    // What somebody chose with --fields is written as it is; the names that the tool chooses are for other commands.
    private static void WriteNames(TextWriter writer, JsonElement value, OutputSettings settings, ResultShape shape)
    {
        bool isAlone = value.ValueKind != JsonValueKind.Array;
        IEnumerable<JsonElement> items = isAlone ? [value] : value.EnumerateArray();
        bool isOwn = settings.Fields is null;
        HashSet<string>? seen = isOwn && shape.NamesOnce ? new(StringComparer.Ordinal) : null;
        foreach (JsonElement item in items)
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                writer.WriteLine(ValueRenderer.Render(item, null));
            }
            else if (NameOf(item, settings, shape, isAlone) is { } name && !(isOwn && shape.NoNames.Contains(name)) && seen?.Add(name) != false)
            {
                writer.WriteLine(name);
            }
        }
    }

    private static string? NameOf(JsonElement item, OutputSettings settings, ResultShape shape, bool isAlone)
    {
        if (isAlone && settings is { Fields: null, Query: null } && shape.Subject is { } subject)
        {
            return TextCells.Visible(subject);
        }

        if (settings.Fields is null && shape.NameField is null && BackupPath(item) is { } backup)
        {
            return TextCells.Visible(backup);
        }

        IEnumerable<string> fields = settings.Fields ?? [.. shape.NameField is { } own ? [own] : Array.Empty<string>(), .. s_names, .. isAlone && settings.Query is null ? Array.Empty<string>() : s_listNames];
        JsonElement name = fields.Select(field => item.TryGetProperty(field, out JsonElement member) ? member : default)
            .FirstOrDefault(static member => member.ValueKind != JsonValueKind.Undefined);
        return name.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.String => TextCells.Visible(name.GetString()!),
            _ => name.ToString().ToString(CultureInfo.InvariantCulture),
        };
    }
}
