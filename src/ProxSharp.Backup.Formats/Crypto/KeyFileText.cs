using System.Globalization;
using System.Text;
using ProxSharp.Backup.Formats.Json;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The texts in a key file and around it.</summary>
internal static class KeyFileText
{
    private const string Begin = "-----BEGIN PROXMOX BACKUP KEY-----";
    private const string End = "-----END PROXMOX BACKUP KEY-----";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:sszzz";

    public static byte[] ReadBase64(string text, string name)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out int length)
            ? bytes[..length]
            : throw Malformed.At(0, $"'{name}' of the key file is no base64.");
    }

    public static DateTimeOffset ReadTime(string text, string name)
    {
        string[] formats = [TimeFormat, "yyyy-MM-dd'T'HH:mm:ss'Z'"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw Malformed.At(0, $"'{name}' of the key file is no time of RFC 3339.");
    }

    /// <summary>One line, members in the order of the official programs (spec 6.1).</summary>
    public static string Write(KeyFile file)
    {
        StringBuilder text = new("{\"kdf\":");
        if (file.Derivation is { } derivation)
        {
            derivation.Append(text);
        }
        else
        {
            text.Append("null");
        }

        Append(text, "created", file.Created.ToString(TimeFormat, CultureInfo.InvariantCulture));
        Append(text, "modified", file.Modified.ToString(TimeFormat, CultureInfo.InvariantCulture));
        Append(text, "data", Convert.ToBase64String(file.Data.Span));
        Append(text, "fingerprint", file.Fingerprint?.ToString());
        Append(text, "hint", file.Hint);
        return text.Append('}').ToString();
    }

    /// <summary>Puts a key file between the lines that mark it on paper.</summary>
    public static string WritePaper(KeyFile file, string? subject)
    {
        StringBuilder text = new();
        if (!string.IsNullOrEmpty(subject))
        {
            text.Append("Subject: ").Append(subject).Append("\n\n");
        }

        string json = Encoding.UTF8.GetString(SerdeJson.WritePretty(new SerdeObject(
            JsonInput.ReadObject(Encoding.UTF8.GetBytes(Write(file)), "key file").EnumerateObject().Select(static member => KeyValuePair.Create(member.Name, (object?)member.Value)))));
        return text.Append(Begin).Append('\n').Append(json).Append('\n').Append(End).Append('\n').ToString();
    }

    public static ReadOnlySpan<char> FromPaper(ReadOnlySpan<char> text)
    {
        int begin = text.IndexOf(Begin, StringComparison.Ordinal);
        int end = text.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? text[(begin + Begin.Length)..end].Trim()
            : throw Malformed.At(0, "The text holds no Proxmox backup key.");
    }

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(",\"").Append(name).Append("\":");
            SerdeJson.AppendString(text, value);
        }
    }
}
