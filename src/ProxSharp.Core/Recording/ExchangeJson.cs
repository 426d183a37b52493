using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Recording;

/// <summary>Writes an exchange in the form of the recordings that the tests and the simulator read, secrets masked.</summary>
internal static class ExchangeJson
{
    private const string ApiRoot = "/api2/json";

    /// <summary>Returns a name for a file: the verb and the words of the path.</summary>
    public static string NameOf(RecordedExchange exchange)
    {
        string path = PathOf(exchange.Target);
        StringBuilder name = new(exchange.Verb.ToLowerInvariant());
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string word = string.Concat(part.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
            if (word.Length > 0 && name.Length + word.Length < 60)
            {
                name.Append('-').Append(word);
            }
        }

        return name.ToString();
    }

    /// <summary>Returns the JSON of an exchange.</summary>
    public static byte[] Write(RecordedExchange exchange, string name, RecordedSecrets secrets, bool isIndented)
    {
        MaskedExchange masked = MaskedExchange.Of(exchange, secrets);
        ArrayBufferWriter<byte> buffer = new();
        JsonWriterOptions options = new() { Indented = isIndented, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("description", $"{exchange.Verb} {PathOf(masked.Target)}");
            json.WriteString("product", exchange.Product == ProxmoxProduct.BackupServer ? "pbs" : "pve");
            WriteCall(json, exchange, masked);
            WriteRequest(json, exchange, masked);
            WriteResponse(json, exchange, masked);
            if (masked.Answer is { } answer)
            {
                json.WritePropertyName("json");
                answer.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCall(Utf8JsonWriter json, RecordedExchange exchange, MaskedExchange masked)
    {
        json.WriteStartObject("api");
        json.WriteString("method", exchange.Verb);
        json.WriteString("path", PathOf(masked.Target));
        json.WriteStartObject("params");
        foreach (IGrouping<string, string> parameter in masked.Parameters.GroupBy(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal))
        {
            string[] values = [.. parameter];
            if (values.Length == 1)
            {
                json.WriteString(parameter.Key, values[0]);
                continue;
            }

            json.WriteStartArray(parameter.Key);
            foreach (string value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter json, RecordedExchange exchange, MaskedExchange masked)
    {
        json.WriteStartObject("request");
        json.WriteString("method", exchange.Verb);
        json.WriteString("target", masked.Target);
        json.WriteStartObject("headers");
        foreach (IGrouping<string, string> header in masked.RequestHeaders.GroupBy(
            static pair => pair.Key, static pair => pair.Value, StringComparer.OrdinalIgnoreCase))
        {
            json.WriteString(header.Key, string.Join(", ", header));
        }

        json.WriteEndObject();
        if (exchange.RequestBody is null)
        {
            json.WriteBoolean("bodyOmitted", true);
        }
        else
        {
            json.WriteString("body", masked.RequestBody);
        }

        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, RecordedExchange exchange, MaskedExchange masked)
    {
        json.WriteStartObject("response");
        json.WriteString("statusLine", string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {exchange.Status} {masked.Reason}"));
        json.WriteNumber("status", exchange.Status);
        json.WriteString("reason", masked.Reason);
        json.WriteStartArray("headers");
        foreach ((string name, string value) in masked.ResponseHeaders)
        {
            json.WriteStartArray();
            json.WriteStringValue(name);
            json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteNumber("elapsedMs", (long)exchange.Elapsed.TotalMilliseconds);
        json.WriteBoolean("eof", false);
        if (exchange.ResponseBody is null)
        {
            json.WriteBoolean("bodyOmitted", true);
        }
        else
        {
            json.WriteString("bodyText", masked.ResponseBody);
        }

        json.WriteEndObject();
    }

    /// <summary>Returns the path of a target below the root of the API.</summary>
    public static string PathOf(string target)
    {
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        int root = path.IndexOf(ApiRoot, StringComparison.Ordinal);
        return root >= 0 ? path[(root + ApiRoot.Length)..] : path;
    }
}
