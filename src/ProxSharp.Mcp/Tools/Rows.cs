using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxSharp.Operations;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Makes answers of servers small and harmless: chosen fields, a page of rows, and the text of others marked.</summary>
internal static class Rows
{
    private static readonly HashSet<string> s_foreign = new(StringComparer.Ordinal)
    {
        "name", "hostname", "description", "notes", "comment", "tags", "t", "msg", "title", "out-data", "err-data", "result", "value",
    };

    /// <summary>A page of a list.</summary>
    public static ToolAnswer Page(IReadOnlyList<JsonElement> rows, IReadOnlyList<string> fields, int limit, int offset)
    {
        JsonElement[] page = [.. rows.Skip(offset).Take(limit)];
        string[] columns = fields.Count > 0 ? [.. fields] : [.. page.Where(IsObject).SelectMany(static row => row.EnumerateObject()
            .Select(static member => member.Name)).Distinct(StringComparer.Ordinal)];
        int next = offset + page.Length;
        bool isCut = next < rows.Count;
        string json = JsonTexts.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rows");
            foreach (JsonElement row in page)
            {
                Write(writer, row, "", columns);
            }

            writer.WriteEndArray();
            writer.WriteNumber("returned", page.Length);
            writer.WriteNumber("total", rows.Count);
            writer.WriteNumber("limit", limit);
            writer.WriteBoolean("truncated", isCut);
            if (isCut)
            {
                writer.WriteNumber("next", next);
            }
            else
            {
                writer.WriteNull("next");
            }

            writer.WriteEndObject();
        });
        return new ToolAnswer(Table(page, columns, isCut ? $"{page.Length} of {rows.Count}; go on with offset {next}" : null), json);
    }

    /// <summary>One object.</summary>
    public static ToolAnswer One(JsonElement value, IReadOnlyList<string> fields)
    {
        string json = JsonTexts.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("value");
            Write(writer, value, "value", fields);
            writer.WriteEndObject();
        });
        return new ToolAnswer(json, json);
    }

    private static bool IsObject(JsonElement row) => row.ValueKind == JsonValueKind.Object;

    private static string Table(JsonElement[] page, string[] columns, string? note)
    {
        StringBuilder text = new(string.Join('\t', columns));
        foreach (JsonElement row in page)
        {
            text.Append('\n');
            text.AppendJoin('\t', IsObject(row) ? columns.Select(column => Cell(column, row.Text(column))) : [Cell("value", row.ToString())]);
        }

        return note is null ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $"\n({note})").ToString();
    }

    private static string Cell(string name, string? text) => text is null ? "-"
        : s_foreign.Contains(name) ? UntrustedText.Mark(text, 200)!
        : UntrustedText.Clean(text, 200);

    private static void Write(Utf8JsonWriter json, JsonElement value, string name, IReadOnlyList<string> fields)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject().Where(member => fields.Count == 0 || fields.Contains(member.Name)))
                {
                    json.WritePropertyName(UntrustedText.Clean(member.Name, 100));
                    Write(json, member.Value, member.Name, []);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(json, item, name, []);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                string text = value.GetString()!;
                json.WriteStringValue(s_foreign.Contains(name) ? UntrustedText.Mark(text) : UntrustedText.Clean(text, 2000));
                break;
            case JsonValueKind.Undefined:
                json.WriteNullValue();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
