using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Operations.Ledgers;

/// <summary>An entry as it stands in the file, with the hash that binds it to the one before.</summary>
/// <param name="Mac">The hash, in hexadecimal digits.</param>
/// <param name="Body">The JSON text that it is of.</param>
/// <param name="Entry">What that says.</param>
internal sealed record LedgerLine(string Mac, byte[] Body, LedgerEntry Entry)
{
    /// <summary>Reads a line, without its end.</summary>
    /// <exception cref="FormatException">It is no entry; so are <see cref="JsonException"/>, <see cref="KeyNotFoundException"/> and <see cref="InvalidOperationException"/>.</exception>
    public static LedgerLine Parse(ReadOnlyMemory<byte> line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement entry = document.RootElement.GetProperty("entry");
        string mac = document.RootElement.GetProperty("mac").GetString() ?? "";
        byte[] body = JsonMarshal.GetRawUtf8Value(entry).ToArray();

        // The hash is of the entry alone: what stands beside it, or around it, is nobody's.
        return Format(mac, body).AsSpan().SequenceEqual(line.Span)
            ? new LedgerLine(mac, body, Read(entry))
            : throw new FormatException("it says more than entries do");
    }

    /// <summary>Returns a line, without its end.</summary>
    public static byte[] Format(string mac, ReadOnlySpan<byte> body) => [.. Encoding.UTF8.GetBytes($"{{\"mac\":\"{mac}\",\"entry\":"), .. body, (byte)'}'];

    /// <summary>Reads the text that the hash is of.</summary>
    public static LedgerEntry Read(JsonElement entry) => new(
        entry.GetProperty("number").GetInt64(),
        entry.GetProperty("time").GetDateTimeOffset(),
        entry.GetProperty("kind").GetString() ?? "",
        entry.GetProperty("plan").GetString() ?? "",
        entry.GetProperty("facts").Clone());
}
