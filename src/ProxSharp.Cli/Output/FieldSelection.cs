using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Output;

/// <summary>Applies <c>--fields</c> to a result.</summary>
internal static class FieldSelection
{
    /// <summary>Keeps the named members of an object, or of each object of a list; absent members stay absent.</summary>
    /// <exception cref="CliException">A name occurs nowhere, which is a typing mistake.</exception>
    public static JsonElement Apply(JsonElement value, IReadOnlyList<string>? fields, ResultShape shape)
    {
        if (fields is null || value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return value;
        }

        Check(value, fields, shape);
        return JsonText.Build(json =>
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                Pick(json, value, fields);
                return;
            }

            json.WriteStartArray();
            foreach (JsonElement item in value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object)
                {
                    Pick(json, item, fields);
                }
                else
                {
                    item.WriteTo(json);
                }
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Makes sure that a result of a known shape will have the members that were asked for.</summary>
    /// <param name="output">What was asked for.</param>
    /// <param name="shape">All that is known about the result.</param>
    /// <exception cref="CliException">It will not.</exception>
    public static void Require(OutputSettings output, ResultShape shape)
    {
        if (output.Query is not null)
        {
            return;
        }

        string[] unknown = [.. (output.Fields ?? []).Concat(output.Sort.Select(static by => by.Field)).Where(field => !shape.Knows(field)).Distinct()];
        if (unknown.Length > 0)
        {
            throw Unknown(unknown, [.. shape.KnownFields, .. shape.LeadingFields, .. shape.TableFields]);
        }
    }

    /// <summary>Makes sure that what a query returns has the members that it is to be shown with, or sorted by.</summary>
    /// <param name="output">What was asked for.</param>
    /// <param name="value">What the query returned.</param>
    /// <exception cref="CliException">It has not: they are names of the result before the query.</exception>
    public static void RequireQueried(OutputSettings output, JsonElement value)
    {
        if (output.Query is not { } query || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
            || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
        {
            return;
        }

        IReadOnlyList<string> present = NamesIn(value);
        if (present.Count > 0)
        {
            // The rows of the server, some of them left out, may lack what others have.
            string[] unknown = query.MakesObjects ? [.. (output.Fields ?? []).Where(field => !present.Contains(field, StringComparer.Ordinal))] : [];
            if (unknown.Length > 0)
            {
                throw Unknown(unknown, present);
            }
        }
        else if (output.Fields is not null || (output.Sort.Count > 0 && value.ValueKind == JsonValueKind.Array))
        {
            throw output.Fields is not null
                ? CliException.Usage("--fields: what --query returns has no fields", "Choose in the query: [].{vmid: vmid, name: name}")
                : CliException.Usage("--sort: what --query returns has no fields", "Sort in the query: sort([].name), or sort_by(@, &name)[].name");
        }
    }

    /// <summary>Returns the members of an object, or of all objects of a list, in the order of their first appearance.</summary>
    public static IReadOnlyList<string> NamesIn(JsonElement value)
    {
        OrderedDictionary<string, bool> names = new(StringComparer.Ordinal);
        IEnumerable<JsonElement> objects = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        foreach (JsonElement item in objects.Where(static item => item.ValueKind == JsonValueKind.Object))
        {
            foreach (JsonProperty member in item.EnumerateObject())
            {
                names.TryAdd(member.Name, true);
            }
        }

        return [.. names.Keys];
    }

    private static void Check(JsonElement value, IReadOnlyList<string> fields, ResultShape shape)
    {
        IReadOnlyList<string> present = NamesIn(value);
        if (present.Count == 0)
        {
            if (!shape.IsClosed || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 0)
            {
                return;
            }

            present = [.. shape.KnownFields];
        }

        string[] unknown = [.. fields.Where(field => !present.Contains(field, StringComparer.Ordinal) && !shape.Knows(field))];
        if (unknown.Length > 0)
        {
            throw Unknown(unknown, present);
        }
    }

    private static CliException Unknown(IReadOnlyList<string> unknown, IEnumerable<string> known) => CliException.Usage(
        $"The result has no field {string.Join(", ", unknown.Select(static name => $"'{name}'"))}",
        $"It has: {string.Join(", ", known.Distinct().Order(StringComparer.Ordinal))}");

    private static void Pick(Utf8JsonWriter json, JsonElement item, IReadOnlyList<string> fields)
    {
        json.WriteStartObject();
        foreach (string field in fields)
        {
            if (item.TryGetProperty(field, out JsonElement member))
            {
                json.WritePropertyName(field);
                member.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }
}
