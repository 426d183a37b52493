using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Http;

/// <summary>Reads form-encoded parameters and JSON bodies into one form: a text, an array of texts, or what the JSON said.</summary>
internal static class FormReader
{
    /// <summary>Adds the pairs of a form-encoded text.</summary>
    /// <param name="form">The text.</param>
    /// <param name="parameters">Where the values go; a repeated key becomes an array.</param>
    /// <param name="semicolonSeparates">True if <c>;</c> separates pairs like <c>&amp;</c> does.</param>
    public static void Read(string form, Dictionary<string, JsonNode> parameters, bool semicolonSeparates)
    {
        foreach (string pair in semicolonSeparates ? form.Split('&', ';') : form.Split('&'))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                // Proxmox: a key without "=" is undefined, which is the same as absent.
                continue;
            }

            string rest = pair[(equals + 1)..];
            int second = semicolonSeparates ? rest.IndexOf('=', StringComparison.Ordinal) : -1;
            string key = Decode(pair[..equals]);
            if (key != "_dc")
            {
                // Proxmox: the pair is split at every "=", what follows the second one is lost.
                Add(parameters, key, Decode(second < 0 ? rest : rest[..second]));
            }
        }
    }

    /// <summary>Reads a JSON object; null members are dropped.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    /// <exception cref="InvalidDataException">The text is JSON, but no object.</exception>
    public static void ReadJson(ReadOnlySpan<byte> json, Dictionary<string, JsonNode> parameters)
    {
        if (JsonNode.Parse(json) is not JsonObject members)
        {
            throw new InvalidDataException("The body is no JSON object.");
        }

        foreach ((string name, JsonNode? value) in members)
        {
            if (value is not null)
            {
                parameters[name] = value.DeepClone();
            }
        }
    }

    /// <summary>Decodes <c>+</c> and percent escapes as UTF-8.</summary>
    public static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>Decodes percent escapes byte by byte, as the server does with paths.</summary>
    public static string DecodePath(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return path;
        }

        StringBuilder decoded = new(path.Length);
        for (int i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]))
            {
                decoded.Append((char)((HexValue(path[i + 1]) << 4) | HexValue(path[i + 2])));
                i += 2;
            }
            else
            {
                decoded.Append(path[i]);
            }
        }

        return decoded.ToString();
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static void Add(Dictionary<string, JsonNode> parameters, string key, string value)
    {
        if (!parameters.TryGetValue(key, out JsonNode? present))
        {
            parameters[key] = JsonValue.Create(value);
        }
        else if (present is JsonArray array)
        {
            array.Add((JsonNode)JsonValue.Create(value));
        }
        else
        {
            parameters[key] = new JsonArray(present.DeepClone(), JsonValue.Create(value));
        }
    }
}
