using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Json;

namespace ProxSharp.Pve.Guests;

/// <summary>The members of a configuration as texts, exactly as they came.</summary>
internal sealed class ConfigValues : IApiReadable<ConfigValues>
{
    private ConfigValues(ref ApiJsonReader reader)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        bool isObject = reader.EnterObject();
        while (isObject && reader.NextMember())
        {
            string key = System.Text.Encoding.UTF8.GetString(reader.MemberName);
            if (ReadText(ref reader) is { } text)
            {
                values[key] = text;
            }
        }

        Digest = values.Remove("digest", out string? digest) && Ids.Digest.TryParse(digest, out Digest read) ? read : null;
        Values = values;
    }

    public IReadOnlyDictionary<string, string> Values { get; }

    public Digest? Digest { get; }

    public static ConfigValues Read(ref ApiJsonReader reader) => new(ref reader);

    private static string? ReadText(ref ApiJsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => "1",
        JsonTokenType.False => "0",

        // Newer servers may take property strings apart.
        JsonTokenType.StartObject => Join(ref reader),
        _ => reader.ReadString(),
    };

    private static string Join(ref ApiJsonReader reader)
    {
        List<string> parts = [];
        while (reader.NextMember())
        {
            string key = System.Text.Encoding.UTF8.GetString(reader.MemberName);
            string value = reader.TokenType == JsonTokenType.StartArray ? string.Join(';', reader.ReadStrings()) : ReadText(ref reader) ?? "";
            parts.Add($"{key}={value}");
        }

        return string.Join(',', parts);
    }
}
