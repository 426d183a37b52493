using System.Text;
using System.Text.Json;

namespace ProxSharp.Recordings.Tests;

/// <summary>Reads parameters back from the wire, so that two requests can be compared by what they mean.</summary>
internal static class WireForm
{
    /// <summary>The parameters of a query or form body, decoded, in ordinal order.</summary>
    public static IEnumerable<string> Pairs(string encoded) =>
        encoded.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair =>
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? pair : pair[..equals];
            return $"{Decode(name)}={Normalize(Decode(equals < 0 ? "" : pair[(equals + 1)..]))}";
        });

    /// <summary>The members of a JSON body in the form <see cref="Pairs"/> gives.</summary>
    public static IEnumerable<string> JsonPairs(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return []; // Recorded on purpose: what a server says to a body that is no JSON.
        }

        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Object ? Members(document) : [];
        }
    }

    private static IEnumerable<string> Members(JsonDocument document) =>
        [.. document.RootElement.EnumerateObject().SelectMany(static member => Values(member.Value).Select(value => $"{member.Name}={Normalize(value)}"))];

    /// <summary>The values of a parameter: one for a scalar, several for a list, none for null.</summary>
    public static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Values),
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.True => ["1"],
        JsonValueKind.False => ["0"],
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        _ => [value.GetRawText()],
    };

    public static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>All parameters of a request in ordinal order.</summary>
    public static string[] Of(string target, string body, string? contentType)
    {
        int query = target.IndexOf('?', StringComparison.Ordinal);
        IEnumerable<string> inQuery = query < 0 ? [] : Pairs(target[(query + 1)..]);
        IEnumerable<string> inBody = body.Length == 0 ? [] : contentType?.StartsWith("application/json", StringComparison.Ordinal) == true ? JsonPairs(body) : Pairs(body);
        return [.. inQuery.Concat(inBody).Order(StringComparer.Ordinal)];
    }

    /// <summary>The path of a target below the API root with every escape resolved.</summary>
    public static string Path(string target)
    {
        int query = target.IndexOf('?', StringComparison.Ordinal);
        return Uri.UnescapeDataString(query < 0 ? target : target[..query]).TrimEnd('/');
    }

    /// <summary>The parts of a form with a file: name, file name and content of each. The headers that a part may have besides are left out.</summary>
    public static IEnumerable<string> Parts(string body, string contentType)
    {
        string boundary = "--" + contentType.Split("boundary=")[1];
        return [.. body.Split(boundary, StringSplitOptions.RemoveEmptyEntries).Where(static part => part.Trim() != "--").Select(static part =>
        {
            string[] halves = part.Split("\r\n\r\n", 2);
            return $"{halves[0].Split("\r\n").First(static line => line.StartsWith("Content-Disposition", StringComparison.Ordinal))} -> {halves[1]}";
        })];
    }

    public static string Text(byte[] body) => Encoding.UTF8.GetString(body);

    // The servers take both spellings of a boolean.
    private static string Normalize(string value) => value switch
    {
        "true" => "1",
        "false" => "0",
        _ => value,
    };
}
