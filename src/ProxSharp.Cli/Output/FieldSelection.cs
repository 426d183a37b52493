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
