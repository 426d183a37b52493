using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Http;

/// <summary>What an error answer says, wherever it says it: JSON or text body, status line, HTML of a proxy.</summary>
internal sealed class ServerError
{
    private const int LongestText = 16 * 1024;

    private ServerError(string message, IReadOnlyDictionary<string, string> parameters) => (Message, Parameters) = (message, parameters);

    /// <summary>The server's text, trimmed; never empty.</summary>
    public string Message { get; }

    /// <summary>The complaint about each parameter.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Text and complaints together, for the error table.</summary>
    public string WholeText => Parameters.Count == 0 ? Message : $"{Message}\n{string.Join('\n', Parameters.Values)}";

    /// <summary>Reads an error answer.</summary>
    public static ServerError Read(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        string reason = FixEncoding(response.ReasonPhrase ?? "").Trim();
        body = body.TrimStart(" \r\n\t"u8);
        if (!body.IsEmpty && body[0] == (byte)'{' && TryReadJson(body, out string? message, out Dictionary<string, string> errors))
        {
            string said = message ?? (reason.Length > 0 ? reason : errors.Count > 0 ? "Parameter verification failed." : "");
            return new ServerError(OrStatus(said, response), errors.Count > 0 ? errors.AsReadOnly() : ParseParameters(said));
        }

        string text = body.IsEmpty || body[0] is (byte)'<' or (byte)'{' ? "" : Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestText)]).Trim();
        text = OrStatus(text.Length > 0 ? text : reason, response);
        return new ServerError(text, ParseParameters(text));
    }

    private static string OrStatus(string text, HttpResponseMessage response)
        => text.Length > 0 ? text : $"status {((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)} without a text";

    private static bool TryReadJson(ReadOnlySpan<byte> body, out string? message, out Dictionary<string, string> errors)
    {
        message = null;
        errors = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            Utf8JsonReader reader = new(body);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("message") && Text(member.Value) is { Length: > 0 } text)
                {
                    message = text;
                }
                else if (member.NameEquals("errors") && member.Value.ValueKind == JsonValueKind.Object)
                {
                    foreach (JsonProperty error in member.Value.EnumerateObject())
                    {
                        errors[error.Name] = Text(error.Value);
                    }
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false; // Cut off on the way: the status line says the essential.
        }
    }

    private static string Text(JsonElement value)
        => (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText()).Trim();

    /// <summary>Takes the backup server's text apart: one complaint on the first line, or one on each line that follows.</summary>
    private static ReadOnlyDictionary<string, string> ParseParameters(string text)
    {
        if (!text.StartsWith("parameter verification", StringComparison.Ordinal))
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        Dictionary<string, string> errors = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int start = line.IndexOf("- '", StringComparison.Ordinal);
            int end = start < 0 ? -1 : line.IndexOf("': ", start, StringComparison.Ordinal);
            if (end > 0)
            {
                errors[line[(start + 3)..end]] = line[(end + 3)..].Trim();
            }
        }

        return errors.AsReadOnly();
    }

    // Proxmox: the status line holds UTF-8, which HTTP stacks read as Latin-1.
    private static string FixEncoding(string text)
    {
        if (Ascii.IsValid(text) || text.Any(static character => character > 0xFF))
        {
            return text;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Encoding.Latin1.GetBytes(text));
        }
        catch (DecoderFallbackException)
        {
            return text; // It was Latin-1 indeed.
        }
    }
}
