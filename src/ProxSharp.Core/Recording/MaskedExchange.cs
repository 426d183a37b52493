using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Recording;

/// <summary>The texts of an exchange without secrets.</summary>
internal sealed class MaskedExchange
{
    /// <summary>Path and query.</summary>
    public required string Target { get; init; }

    /// <summary>The parameters in query and body, decoded.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    /// <summary>The headers of the request.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; }

    /// <summary>The body of the request.</summary>
    public required string RequestBody { get; init; }

    /// <summary>The text behind the status.</summary>
    public required string Reason { get; init; }

    /// <summary>The headers of the answer; the length is that of the masked body.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> ResponseHeaders { get; init; }

    /// <summary>The body of the answer.</summary>
    public required string ResponseBody { get; init; }

    /// <summary>The body of the answer as JSON; null if it is none.</summary>
    public required JsonNode? Answer { get; init; }

    /// <summary>Masks an exchange. What is a secret in one place is looked for in all others, so the order matters: names first, texts last.</summary>
    public static MaskedExchange Of(RecordedExchange exchange, RecordedSecrets secrets)
    {
        KeyValuePair<string, string>[] headers =
            [.. exchange.RequestHeaders.Select(header => new KeyValuePair<string, string>(header.Key, secrets.Header(header.Key, header.Value)))];
        int mark = exchange.Target.IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? exchange.Target : exchange.Target[..mark];
        (string query, List<KeyValuePair<string, string>> parameters) = secrets.Form(mark < 0 ? "" : exchange.Target[(mark + 1)..], path, isQuery: true);
        string sent = Encoding.UTF8.GetString(exchange.RequestBody ?? []);
        JsonNode? json = IsJson(exchange.RequestHeaders) ? Parse(sent) : null;
        if (json is JsonObject members)
        {
            JsonNode? body = secrets.Node("", members, path, isAnswer: false);
            sent = RecordedSecrets.Compact(body);
            parameters.AddRange(body!.AsObject().Select(static member => new KeyValuePair<string, string>(member.Key, member.Value?.ToString() ?? "")));
        }
        else
        {
            (sent, List<KeyValuePair<string, string>> pairs) = secrets.Form(sent, path, isQuery: false);
            parameters.AddRange(pairs);
        }

        string received = Encoding.UTF8.GetString(exchange.ResponseBody ?? []);
        JsonNode? answer = Parse(received);
        if (answer is not null)
        {
            answer = secrets.Node("", answer, path, isAnswer: true);
            received = RecordedSecrets.Compact(answer);
        }

        received = answer is null ? secrets.Text(received) : received;
        return new MaskedExchange
        {
            Target = secrets.Text(path) + (mark < 0 ? "" : "?" + query),
            Parameters = parameters,
            RequestHeaders = headers,
            RequestBody = sent,
            Reason = secrets.Text(exchange.Reason),
            ResponseHeaders = [.. ResponseHeadersOf(exchange, secrets, Encoding.UTF8.GetByteCount(received))],
            ResponseBody = received,
            Answer = answer,
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> ResponseHeadersOf(RecordedExchange exchange, RecordedSecrets secrets, int length)
    {
        foreach ((string name, string value) in exchange.ResponseHeaders)
        {
            // The body is written without compression, and a masked one has another length.
            bool isLength = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && exchange.ResponseBody is not null;
            if (!name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                yield return new(name, isLength ? length.ToString(CultureInfo.InvariantCulture) : secrets.Header(name, value));
            }
        }
    }

    private static bool IsJson(IReadOnlyList<KeyValuePair<string, string>> headers) => headers.Any(
        static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
            && header.Value.StartsWith("application/json", StringComparison.OrdinalIgnoreCase));

    private static JsonNode? Parse(string text)
    {
        if (text.Length == 0 || text[0] is not ('{' or '['))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // It only looks like JSON: it is masked as a text.
            return null;
        }
    }
}
