using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Http;

namespace ProxSharp.Recording;

/// <summary>
/// Masks secrets: by the names they stand under, by their form inside texts, and wherever a value occurs that was a secret before. Used under the lock
/// of the recorder.
/// </summary>
internal sealed class RecordedSecrets
{
    // Shorter values would tear holes into innocent texts.
    private const int ShortestKnown = 6;

    // What is called "key" and is one is long; names of options are not.
    private const int ShortestKey = 16;

    // Names that servers answer harmless things under, though in a request they may hold secrets.
    private static readonly HashSet<string> s_secretInAnswers = new(StringComparer.OrdinalIgnoreCase)
    {
        "env", "args", "header", "headers", "otel-headers", "input-data", "recovery",
    };

    // What came out of a guest can be anything.
    private static readonly HashSet<string> s_insideGuest = new(StringComparer.OrdinalIgnoreCase) { "content", "out-data", "err-data" };

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Masks the value of a header.</summary>
    public string Header(string name, string value)
    {
        if (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
        {
            return Authorization(value);
        }

        if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) || name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
        {
            return Cookies(value);
        }

        return Secrets.IsSecret(name) ? Masked(value) : Text(value);
    }

    /// <summary>Masks parameters in form encoding; returns them decoded too.</summary>
    /// <param name="encoded">Names and values.</param>
    /// <param name="path">The path of the call.</param>
    /// <param name="isQuery">True in addresses, where a short word under a doubtful name is one that the call needs.</param>
    public (string Encoded, List<KeyValuePair<string, string>> Pairs) Form(string encoded, string path, bool isQuery)
    {
        StringBuilder text = new();
        List<KeyValuePair<string, string>> pairs = [];
        foreach (string pair in encoded.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = Decode(equals < 0 ? pair : pair[..equals]);
            string plain = Decode(equals < 0 ? "" : pair[(equals + 1)..]);
            string masked = Parameter(name, plain, path, isQuery);
            pairs.Add(new(name, masked));
            text.Append(text.Length > 0 ? "&" : "");
            text.Append(masked == plain ? pair : $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(masked).Replace("%2A", "*", StringComparison.Ordinal)}");
        }

        return (text.ToString(), pairs);
    }

    /// <summary>Masks a part of a JSON document; returns a copy.</summary>
    /// <param name="name">The name it stands under.</param>
    /// <param name="node">The part.</param>
    /// <param name="path">The path of the call.</param>
    /// <param name="isAnswer">True if the server wrote it.</param>
    public JsonNode? Node(string name, JsonNode? node, string path, bool isAnswer) => Node(name, node, path, isAnswer, isSecret: false);

    /// <summary>Masks secrets inside a text: by their form, and those that are known.</summary>
    public string Text(string text)
    {
        text = SecretFragments.Replace(text, Secrets.Mask);
        foreach (string known in _known)
        {
            text = text.Replace(known, Secrets.Mask, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Writes JSON on one line.</summary>
    public static string Compact(JsonNode? node)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (node is null)
            {
                json.WriteNullValue();
            }
            else
            {
                node.WriteTo(json);
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private JsonNode? Node(string name, JsonNode? node, string path, bool isAnswer, bool isSecret)
    {
        switch (node)
        {
            case JsonObject members:
                JsonObject copy = [];
                foreach ((string key, JsonNode? value) in members)
                {
                    bool secret = isSecret || IsSecret(key, value, members, path, isAnswer);
                    copy[key] = Node(key, value, path, isAnswer, secret);
                }

                return copy;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Node(name, item, path, isAnswer, isSecret))]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                string text = value.GetValue<string>();
                return JsonValue.Create(isSecret ? Masked(text) : isAnswer && !HoldsAddress(name) ? Text(text) : Shown(name, text));
            case JsonValue value when isSecret && value.GetValueKind() == JsonValueKind.Number:
                return JsonValue.Create(Secrets.Mask);
            default:
                return node?.DeepClone();
        }
    }

    private static bool IsSecret(string name, JsonNode? value, JsonObject siblings, string path, bool isAnswer)
    {
        if (!isAnswer)
        {
            return value is JsonValue single && single.TryGetValue(out string? text) ? Secrets.IsSecret(name, text, path) : Secrets.IsSecret(name);
        }

        if (name is "key" or "keys" && value is JsonValue)
        {
            return value.ToString().Length >= ShortestKey;
        }

        // The answer that makes a token is the only one that shows its secret.
        return s_secretInAnswers.Contains(name)
            || (path.Contains("/agent/", StringComparison.Ordinal) && s_insideGuest.Contains(name))
            || (name == "value" && (siblings.ContainsKey("full-tokenid") || siblings.ContainsKey("tokenid")))
            || (name == "data" && siblings.ContainsKey("api") && siblings.ContainsKey("plugin"))
            || (name == "host" && siblings.ContainsKey("proxy") && siblings.ContainsKey("password"))
            || (!Secrets.IsDoubtful(name) && name != "challenge" && Secrets.IsSecret(name));
    }

    private string Parameter(string name, string value, string path, bool isQuery)
    {
        bool isWord = isQuery && Secrets.IsDoubtful(name) && value.Length < 12;
        return Secrets.IsSecret(name, value, path) && !isWord ? Masked(value) : Shown(name, value);
    }

    private string Shown(string name, string value) => Text(HoldsAddress(name) ? SecretFragments.WithoutAddressTails(value, Secrets.Mask) : value);

    private static bool HoldsAddress(string name) =>
        name.Contains("url", StringComparison.OrdinalIgnoreCase) || name.Contains("proxy", StringComparison.OrdinalIgnoreCase)
            || name.Equals("totp", StringComparison.OrdinalIgnoreCase);

    // Proxmox: whom a ticket is for and when it was made stand in it in clear, and clients read them; only what follows is secret.
    private string Masked(string value)
    {
        if (value.Length == 0)
        {
            return value;
        }

        Remember(value);
        int signature = value.IndexOf("::", StringComparison.Ordinal);
        if (signature > 0 && value.StartsWith('P') && value.IndexOf(':', StringComparison.Ordinal) is > 2 and < 10)
        {
            Remember(value[(signature + 2)..]);
            return value[..(signature + 2)] + Secrets.Mask;
        }

        bool isCsrf = value.Length > 20 && value[8] == ':' && value.Take(8).All(char.IsAsciiHexDigit);
        return isCsrf ? value[..9] + Secrets.Mask : Secrets.Mask;
    }

    private string Authorization(string value)
    {
        // PVE writes user@realm!name=secret, PBS user@realm!name:secret.
        int token = value.IndexOf('!', StringComparison.Ordinal);
        int end = token < 0 ? -1 : value.AsSpan(token).IndexOfAny('=', ':') + token;
        if (token < 0 || end < token)
        {
            Remember(value);
            return Secrets.Mask;
        }

        Remember(value[(end + 1)..]);
        return value[..(end + 1)] + Secrets.Mask;
    }

    private string Cookies(string value)
    {
        IEnumerable<string> parts = value.Split(';', StringSplitOptions.TrimEntries).Select((part, index) =>
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals];
            if (equals < 0 || (index > 0 && name.ToLowerInvariant() is "path" or "expires" or "max-age" or "samesite" or "domain"))
            {
                return part;
            }

            Remember(part[(equals + 1)..]);
            Remember(Decode(part[(equals + 1)..]));
            return $"{name}={Secrets.Mask}";
        });
        return string.Join("; ", parts);
    }

    private void Remember(string secret)
    {
        if (secret.Length >= ShortestKnown && secret != Secrets.Mask)
        {
            _known.Add(secret);
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
