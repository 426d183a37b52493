using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ProxSharp.Conformance.Tests;

/// <summary>An answer as it stands on the wire.</summary>
internal sealed record Answer(string StatusLine, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The body without its content encoding.</summary>
    public byte[] PlainBody
    {
        get
        {
            if (Body.Length == 0 || Header("Content-Encoding") is not { } encoding)
            {
                return Body;
            }

            using MemoryStream packed = new(Body);
            using Stream unpacker = encoding == "gzip" ? new GZipStream(packed, CompressionMode.Decompress) : new ZLibStream(packed, CompressionMode.Decompress);
            using MemoryStream plain = new();
            unpacker.CopyTo(plain);
            return plain.ToArray();
        }
    }

    public string Text => Encoding.UTF8.GetString(PlainBody);

    public int Status => int.Parse(StatusLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public string? Header(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).FirstOrDefault();

    /// <summary>Reads the answers that follow each other in a stream of bytes.</summary>
    public static IReadOnlyList<Answer> ParseAll(byte[] bytes)
    {
        List<Answer> answers = [];
        int at = 0;
        while (Head(bytes, at) is { } end)
        {
            Answer answer = ParseHead(bytes[at..end]);
            int from = end + 4;
            int length = answer.Header("Content-Length") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : bytes.Length - from;
            length = Math.Min(length, bytes.Length - from);
            answers.Add(answer with { Body = bytes[from..(from + length)] });
            at = from + length;
        }

        return answers;
    }

    /// <summary>Where the head that begins at a place ends; null if it is not all there.</summary>
    public static int? Head(byte[] bytes, int from) => bytes.AsSpan(from).IndexOf("\r\n\r\n"u8) is int end and >= 0 ? from + end : null;

    public static Answer ParseHead(byte[] head)
    {
        // Reason phrases are UTF-8 where the message is.
        string[] lines = Encoding.UTF8.GetString(head).Split("\r\n");
        return new Answer(lines[0], [.. lines.Skip(1).Select(static line => KeyValuePair.Create(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]))], []);
    }
}
