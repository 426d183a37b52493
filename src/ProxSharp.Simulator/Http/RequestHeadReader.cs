using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace ProxSharp.Simulator.Http;

/// <summary>Reads request heads from a connection: request line and header lines up to the empty line.</summary>
internal sealed class RequestHeadReader(PipeReader input, RequestHeadLimits limits)
{
    /// <summary>Waits for the next head.</summary>
    /// <returns>The head, or null if the client closed the connection.</returns>
    /// <exception cref="RequestHeadException">The bytes are no acceptable request.</exception>
    public async ValueTask<WireRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            SequencePosition? end = FindEnd(buffer);
            if (end is { } position)
            {
                string head = Encoding.Latin1.GetString(buffer.Slice(0, position));
                input.AdvanceTo(position);
                return Parse(head);
            }

            if (result.IsCompleted)
            {
                input.AdvanceTo(buffer.End);
                return null;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static SequencePosition? FindEnd(ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        bool lineSeen = false;
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            bool empty = line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == (byte)'\r');
            if (empty && lineSeen)
            {
                return reader.Position;
            }

            lineSeen |= !empty;
        }

        return null;
    }

    private WireRequest Parse(string head)
    {
        string[] lines = head.TrimStart('\r', '\n').Split('\n');
        string requestLine = lines[0].TrimEnd('\r');
        string[] parts = requestLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 3 || !parts[2].StartsWith("HTTP/", StringComparison.Ordinal))
        {
            throw new RequestHeadException(400, "bad request");
        }

        if (parts[2] is not ("HTTP/1.0" or "HTTP/1.1"))
        {
            throw new RequestHeadException(506, $"http protocol version {parts[2][5..]} not supported");
        }

        List<KeyValuePair<string, string>> headers = ParseHeaders(lines);
        return new WireRequest(parts[0], OriginForm(parts[1]), parts[2], headers);
    }

    private List<KeyValuePair<string, string>> ParseHeaders(string[] lines)
    {
        List<KeyValuePair<string, string>> headers = [];
        int bytes = 0;
        int count = 0;
        foreach (string raw in lines.Skip(1))
        {
            bytes += raw.Length + 1;
            string line = raw.TrimEnd('\r');
            if (line.Length == 0)
            {
                continue;
            }

            count++;
            if (line[0] is ' ' or '\t' && headers.Count > 0)
            {
                headers[^1] = new(headers[^1].Key, headers[^1].Value + " " + line.Trim());
                continue;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new RequestHeadException(506, "unable to parse request header");
            }

            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        if (count >= limits.MaximumLines || bytes > limits.MaximumBytes)
        {
            throw new RequestHeadException();
        }

        return headers;
    }

    private static string OriginForm(string target)
    {
        if (target.StartsWith('/'))
        {
            return target;
        }

        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            throw new RequestHeadException(400, "bad request");
        }

        int slash = target.IndexOf('/', scheme + 3);
        string authority = slash < 0 ? target[(scheme + 3)..] : target[(scheme + 3)..slash];
        return authority.Contains('@', StringComparison.Ordinal)
            ? throw new RequestHeadException(400, "invalid url")
            : slash < 0 ? "/" : target[slash..];
    }
}
