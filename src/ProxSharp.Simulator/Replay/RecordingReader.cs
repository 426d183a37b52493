using System.Text;
using System.Text.Json;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Replay;

/// <summary>Reads recordings: one exchange a file, or one exchange a line.</summary>
internal static class RecordingReader
{
    /// <summary>Reads a file or all files of a folder in the order of their names. What is no exchange (socket experiments) is left out.</summary>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">There is no exchange in it.</exception>
    public static IReadOnlyList<ReplayExchange> Read(string path)
    {
        IEnumerable<string> files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal) : [path];
        List<ReplayExchange> exchanges = [];
        foreach (string file in files)
        {
            exchanges.AddRange(ReadFile(file));
        }

        return exchanges.Count > 0 ? exchanges : throw new InvalidDataException($"There is no recorded exchange in '{path}'.");
    }

    /// <summary>Returns the parameters in a query or body.</summary>
    /// <param name="query">The query.</param>
    /// <param name="body">The body.</param>
    /// <param name="contentType">Its type.</param>
    public static List<KeyValuePair<string, string>> Parameters(string query, string body, string contentType)
    {
        List<KeyValuePair<string, string>> pairs = [.. Form(query)];
        if (contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) && body.StartsWith('{'))
        {
            pairs.AddRange(Members(body));
        }
        else if (!contentType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            pairs.AddRange(Form(body));
        }

        return pairs;
    }

    private static List<KeyValuePair<string, string>> Members(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return [.. document.RootElement.EnumerateObject().SelectMany(
                static member => Values(member.Value).Select(value => new KeyValuePair<string, string>(member.Name, value)))];
        }
        catch (JsonException)
        {
            // What a server says to a body that is no JSON can be recorded too: such a body is one value.
            return [new("", body)];
        }
    }

    private static List<ReplayExchange> ReadFile(string file)
    {
        List<ReplayExchange> exchanges = [];
        try
        {
            Utf8JsonReader reader = new(File.ReadAllBytes(file), new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read())
            {
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                if (Exchange(document.RootElement) is { } exchange)
                {
                    exchanges.Add(exchange);
                }
            }
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{file}' is no recording: {e.Message}", e);
        }

        return exchanges;
    }

    private static ReplayExchange? Exchange(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Member(json, "request") is not { } request || Member(json, "response") is not { } response
            || Text(request, "method") is not { } verb || (Text(request, "target") ?? Text(request, "path")) is not { } target
            || Member(response, "status") is not { ValueKind: JsonValueKind.Number } status)
        {
            return null;
        }

        int mark = target.IndexOf('?', StringComparison.Ordinal);
        string body = Text(request, "body") ?? "";
        List<KeyValuePair<string, string>> parameters = Parameters(mark < 0 ? "" : target[(mark + 1)..], body, Header(request, "Content-Type") ?? "");

        // Older recordings keep the parameters of reads apart from the path.
        if (parameters.Count == 0 && Member(request, "params") is { ValueKind: JsonValueKind.Object } apart)
        {
            parameters.AddRange(apart.EnumerateObject().SelectMany(
                static member => Values(member.Value).Select(value => new KeyValuePair<string, string>(member.Name, value))));
        }

        return new ReplayExchange(
            ProductOf(json, request, response),
            verb,
            FormReader.DecodePath(mark < 0 ? target : target[..mark]),
            parameters,
            status.GetInt32(),
            Text(response, "reason") ?? "",
            Headers(response, "Content-Type").FirstOrDefault(),
            BodyOf(response));
    }

    private static ProxmoxProduct ProductOf(JsonElement json, JsonElement request, JsonElement response)
    {
        string? named = Text(json, "product");
        bool isBackup = named is not null
            ? named == "pbs"
            : (Header(request, "Cookie") ?? Header(request, "Authorization"))?.StartsWith("PBS", StringComparison.Ordinal)
                ?? !Headers(response, "Server").Any(static server => server.StartsWith("pve", StringComparison.Ordinal));
        return isBackup ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment;
    }

    private static byte[]? BodyOf(JsonElement response) => Text(response, "bodyBase64") is { } encoded
        ? Convert.FromBase64String(encoded)
        : (Text(response, "bodyText") ?? Text(response, "body")) is { } text ? Encoding.UTF8.GetBytes(text) : null;

    private static IEnumerable<KeyValuePair<string, string>> Form(string encoded)
    {
        foreach (string pair in encoded.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            yield return new(FormReader.Decode(equals < 0 ? pair : pair[..equals]), FormReader.Decode(equals < 0 ? "" : pair[(equals + 1)..]));
        }
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Values),
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        JsonValueKind.True => ["true"],
        JsonValueKind.False => ["false"],
        _ => [value.ToString()],
    };

    private static string? Header(JsonElement request, string name) => Member(request, "headers") is { ValueKind: JsonValueKind.Object } headers
        ? headers.EnumerateObject().Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(static header => header.Value.ToString()).FirstOrDefault()
        : null;

    private static IEnumerable<string> Headers(JsonElement response, string name) => Member(response, "headers") is { ValueKind: JsonValueKind.Array } headers
        ? headers.EnumerateArray().Where(pair => pair[0].ToString().Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static pair => pair[1].ToString())
        : [];

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
