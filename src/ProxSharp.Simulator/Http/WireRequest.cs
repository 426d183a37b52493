namespace ProxSharp.Simulator.Http;

/// <summary>The head of a request as it came over the wire, and the means to read its body.</summary>
internal sealed class WireRequest
{
    private readonly List<KeyValuePair<string, string>> _headers;

    public WireRequest(string method, string target, string protocol, List<KeyValuePair<string, string>> headers)
    {
        (Method, Target, Protocol, _headers) = (method, target, protocol, headers);
        int query = target.IndexOf('?', StringComparison.Ordinal);
        (Path, Query) = query < 0 ? (target, "") : (target[..query], target[(query + 1)..]);
    }

    public string Method { get; }

    /// <summary>The request target in origin form, still percent-encoded.</summary>
    public string Target { get; }

    /// <summary><c>HTTP/1.0</c> or <c>HTTP/1.1</c>.</summary>
    public string Protocol { get; }

    /// <summary>The path part of the target, still percent-encoded.</summary>
    public string Path { get; }

    /// <summary>The part behind the question mark, still percent-encoded; empty if there is none.</summary>
    public string Query { get; }

    public WireBody Body { get; set; } = WireBody.Empty;

    public bool WantsClose =>
        Protocol == "HTTP/1.0"
            ? !string.Equals(Header("Connection"), "keep-alive", StringComparison.OrdinalIgnoreCase)
            : string.Equals(Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);

    public long ContentLength =>
        long.TryParse(Header("Content-Length"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long length)
            ? length
            : 0;

    /// <summary>The content type without its parameters, in lower case; empty if there is none.</summary>
    public string ContentType
    {
        get
        {
            string value = Header("Content-Type") ?? "";
            int semicolon = value.IndexOf(';', StringComparison.Ordinal);
            return (semicolon < 0 ? value : value[..semicolon]).Trim().ToLowerInvariant();
        }
    }

    /// <summary>Returns the first header of that name, or null.</summary>
    public string? Header(string name)
    {
        foreach (KeyValuePair<string, string> header in _headers)
        {
            if (string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    /// <summary>Returns the value of a cookie as written, or null.</summary>
    public string? Cookie(string name)
    {
        foreach (KeyValuePair<string, string> header in _headers)
        {
            if (!string.Equals(header.Key, "Cookie", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (string part in header.Value.Split(';', StringSplitOptions.TrimEntries))
            {
                if (part.StartsWith(name, StringComparison.Ordinal) && part.Length > name.Length && part[name.Length] == '=')
                {
                    return part[(name.Length + 1)..];
                }
            }
        }

        return null;
    }
}
