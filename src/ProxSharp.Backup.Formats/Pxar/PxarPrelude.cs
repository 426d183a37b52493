using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The prelude that the official client writes into split archives: its exclude patterns, as JSON. Pure.</summary>
public static class PxarPrelude
{
    /// <summary>Writes exclude patterns as the official client does: <c>{"exclude-patterns":"*.bin\n!keep\n"}</c>.</summary>
    /// <param name="patterns">The patterns, in order; without any, the prelude is empty, which means to write none.</param>
    public static byte[] Write(IReadOnlyCollection<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        if (patterns.Count == 0)
            return [];
        StringBuilder text = new("{\"exclude-patterns\":\"");
        foreach (string pattern in patterns)
        {
            foreach (char character in pattern)
                AppendEscaped(text, character);
            text.Append("\\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\"}").ToString());
    }

    /// <summary>Reads the exclude patterns out of a prelude; none if it holds no such JSON, because a prelude may hold anything.</summary>
    /// <param name="prelude">The prelude.</param>
    public static IReadOnlyList<string> ReadPatterns(ReadOnlySpan<byte> prelude)
    {
        try
        {
            Utf8JsonReader reader = new(prelude);
            if (!JsonElement.TryParseValue(ref reader, out JsonElement? root) || root is not { ValueKind: JsonValueKind.Object } value)
                return [];
            return value.TryGetProperty("exclude-patterns"u8, out JsonElement patterns) && patterns.ValueKind == JsonValueKind.String
                ? patterns.GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
        catch (InvalidOperationException)
        {
            // Text that is no valid UTF-16 or UTF-8.
            return [];
        }
    }

    // Only what JSON demands is escaped, so that the bytes are those of the official client.
    private static void AppendEscaped(StringBuilder text, char character) => _ = character switch
    {
        '"' => text.Append("\\\""),
        '\\' => text.Append(@"\\"),
        '\b' => text.Append(@"\b"),
        '\f' => text.Append(@"\f"),
        '\n' => text.Append(@"\n"),
        '\r' => text.Append(@"\r"),
        '\t' => text.Append(@"\t"),
        < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        _ => text.Append(character),
    };
}
