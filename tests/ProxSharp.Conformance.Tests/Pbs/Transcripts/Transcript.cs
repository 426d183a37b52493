using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>What the original client and a real server said to each other in one run, connection by connection.</summary>
internal sealed partial class Transcript
{
    private readonly List<List<TranscriptMessage>> _connections = [];
    private readonly Dictionary<(bool, int), List<KeyValuePair<string, string>>> _open = [];

    private Transcript()
    {
    }

    public IReadOnlyList<IReadOnlyList<TranscriptMessage>> Connections => _connections;

    public static Transcript Read(string name)
    {
        Transcript transcript = new();
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Recordings", "pbs", "captures", name + ".txt"));
        for (int at = 0; at < lines.Length;)
        {
            int first = at++;
            while (at < lines.Length && lines[at].StartsWith("    ", StringComparison.Ordinal))
            {
                at++;
            }

            transcript.Add(lines[first], [.. lines[(first + 1)..at].Select(static line => line.Trim())]);
        }

        return transcript;
    }

    private void Add(string line, string[] details)
    {
        if (line.StartsWith("=== connection", StringComparison.Ordinal))
        {
            _connections.Add([]);
            _open.Clear();
        }
        else if (EventPattern().Match(line) is { Success: true } found)
        {
            Add(found.Groups["side"].Value == "C", found.Groups["what"].Value, details);
        }
    }

    private void Add(bool isRequest, string what, string[] details)
    {
        if (what == "HTTP/1.1 message:")
        {
            string? body = details.FirstOrDefault(static detail => detail.StartsWith("body: ", StringComparison.Ordinal));
            _connections[^1].Add(new(isRequest, 0, details[0], Headers(details.Skip(1).Where(detail => detail != body)), body is null ? TranscriptBody.Empty : Body(body[6..])));
        }
        else if (HeadersPattern().Match(what) is { Success: true } head)
        {
            int stream = Number(head.Groups[1]);
            _open[(isRequest, stream)] = Headers(details);
            if (head.Groups[2].Success)
            {
                Complete(isRequest, stream, TranscriptBody.Empty);
            }
        }
        else if (DataPattern().Match(what) is { Success: true } data)
        {
            Complete(isRequest, Number(data.Groups[1]), Body(data.Groups[2].Value));
        }
    }

    private void Complete(bool isRequest, int stream, TranscriptBody body)
    {
        if (_open.Remove((isRequest, stream), out List<KeyValuePair<string, string>>? headers))
        {
            _connections[^1].Add(new(isRequest, stream, "", headers, body));
        }
    }

    private static List<KeyValuePair<string, string>> Headers(IEnumerable<string> lines) =>
        [.. lines.Select(static line => line.IndexOf(": ", StringComparison.Ordinal) is var colon ? KeyValuePair.Create(line[..colon], line[(colon + 2)..]) : default)];

    private static TranscriptBody Body(string text)
    {
        Match length = LengthPattern().Match(text);
        if (text.StartsWith("hex:", StringComparison.Ordinal))
        {
            return new(Convert.FromHexString(text[4..text.IndexOfAny([' ', '…'])]), Number(length.Groups[1]));
        }

        // A body in chunks was written down with the sizes of its chunks.
        string kept = ChunkPattern().Replace(Regex.Unescape(text[1..text.LastIndexOf(text[0])]), "");
        byte[] start = Encoding.UTF8.GetBytes(kept);
        return new(start, length.Success ? Number(length.Groups[1]) : start.Length);
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[ *[0-9.]+ms\] (?<side>[CS])> (?<what>.*)$")]
    private static partial Regex EventPattern();

    [GeneratedRegex("^HEADERS stream=([0-9]+)( END_STREAM)?$")]
    private static partial Regex HeadersPattern();

    [GeneratedRegex("^DATA end stream=([0-9]+) total=[0-9]+: (.*)$")]
    private static partial Regex DataPattern();

    [GeneratedRegex("^[0-9A-F]+\r\n")]
    private static partial Regex ChunkPattern();

    [GeneratedRegex(@"\(([0-9]+) bytes\)$")]
    private static partial Regex LengthPattern();
}
