using System.Text;

namespace ProxSharp.Testing;

/// <summary>A request as it came over the wire, byte for byte.</summary>
public sealed class StubRequest
{
    internal StubRequest(byte[] head, byte[] body, int connection, int number)
    {
        RawHead = head;
        Body = body;
        Connection = connection;
        NumberOnConnection = number;
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        RequestLine = lines.Length > 0 ? lines[0] : "";
        string[] parts = RequestLine.Split(' ');
        Method = parts[0];
        Target = parts.Length > 1 ? parts[1] : "";
        Headers = [.. lines.Skip(1).Select(Split)];
    }

    /// <summary>Request line, headers and the empty line.</summary>
    public byte[] RawHead { get; }

    /// <summary>The body as sent; chunk headers included if it was chunked.</summary>
    public byte[] Body { get; }

    /// <summary>The number of the connection it came on, from 1.</summary>
    public int Connection { get; }

    /// <summary>Its number on that connection, from 1.</summary>
    public int NumberOnConnection { get; }

    /// <summary>The first line.</summary>
    public string RequestLine { get; }

    /// <summary>The verb.</summary>
    public string Method { get; }

    /// <summary>The request target: path and query, still encoded.</summary>
    public string Target { get; }

    /// <summary>The headers in the order sent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The body read as UTF-8.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The whole request.</summary>
    public byte[] Raw => [.. RawHead, .. Body];

    /// <summary>The first value of a header; null if it was not sent.</summary>
    public string? Header(string name)
        => Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).FirstOrDefault();

    /// <inheritdoc/>
    public override string ToString() => RequestLine;

    private static KeyValuePair<string, string> Split(string line)
    {
        int colon = line.IndexOf(':');
        return colon < 0 ? new(line, "") : new(line[..colon], line[(colon + 1)..].Trim());
    }
}
