using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ProxSharp.Backup.Formats.Json;

/// <summary>Reads JSON that may be anything, and complains about it in one way.</summary>
internal static class JsonInput
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads an object; every text in it is sound afterwards.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no JSON object.</exception>
    public static JsonElement ReadObject(ReadOnlySpan<byte> source, string what)
    {
        if (!Utf8.IsValid(source))
        {
            throw Malformed.At(ValidLength(source), $"The {what} is not UTF-8.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(source.ToArray(), s_options);
            Check(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw Malformed.At(0, $"The {what} is no JSON object.");
        }
        catch (JsonException e)
        {
            throw Malformed.At(OffsetOf(source, e), $"The {what} is no JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A text with half of a surrogate pair is only found when it is read.
            throw Malformed.At(0, $"The {what} holds a text that is no Unicode: {e.Message}", e);
        }
    }

    public static string RequireString(JsonElement parent, string name, string what) =>
        OptionalString(parent, name, what) ?? throw Missing(name, what);

    public static string? OptionalString(JsonElement parent, string name, string what)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Malformed.At(0, $"'{name}' of the {what} is no text.");
    }

    public static long RequireNumber(JsonElement parent, string name, string what)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            throw Missing(name, what);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : throw Malformed.At(0, $"'{name}' of the {what} is no whole number.");
    }

    /// <summary>A number that fits an int and is not below a limit.</summary>
    public static int RequireInt(JsonElement parent, string name, string what, int minimum, int maximum)
    {
        long number = RequireNumber(parent, name, what);
        return number >= minimum && number <= maximum
            ? (int)number
            : throw Malformed.At(0, FormattableString.Invariant($"'{name}' of the {what} is {number}, not between {minimum} and {maximum}."));
    }

    /// <summary>Looks a member up; null counts as missing.</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public static ProxmoxProtocolException Missing(string name, string what) => Malformed.At(0, $"The {what} lacks '{name}'.");

    private static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Check(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Check(member.Value);
                }

                break;
        }
    }

    private static long OffsetOf(ReadOnlySpan<byte> source, JsonException e)
    {
        int offset = 0;
        for (long line = e.LineNumber ?? 0; line > 0; line--)
        {
            int end = source[offset..].IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }

            offset += end + 1;
        }

        return Math.Min(source.Length, offset + (e.BytePositionInLine ?? 0));
    }

    private static int ValidLength(ReadOnlySpan<byte> source)
    {
        int valid = 0;
        while (valid < source.Length && Rune.DecodeFromUtf8(source[valid..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            valid += length;
        }

        return valid;
    }
}
