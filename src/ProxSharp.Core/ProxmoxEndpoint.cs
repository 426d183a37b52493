using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ProxSharp;

/// <summary>Where a server listens: scheme, host and port. Two endpoints are equal if all three are.</summary>
public sealed record ProxmoxEndpoint
{
    private ProxmoxEndpoint(string scheme, string host, int port)
    {
        (Scheme, Host, Port) = (scheme, host, port);
        Authority = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        Root = $"{scheme}://{Authority}";
        BaseAddress = new Uri($"{Root}/", UriKind.Absolute);
    }

    /// <summary><c>https</c>, or <c>http</c> where the address says so.</summary>
    public string Scheme { get; }

    /// <summary>The host name or address in lower case; an IPv6 address has its brackets.</summary>
    public string Host { get; }

    /// <summary>The TCP port.</summary>
    public int Port { get; }

    /// <summary>Host and port as they stand in a URL, for example <c>pve1:8006</c> or <c>[2001:db8::1]:8006</c>.</summary>
    public string Authority { get; }

    /// <summary>The root of the server's URLs.</summary>
    public Uri BaseAddress { get; }

    /// <summary>What stands before the path in the server's URLs.</summary>
    internal string Root { get; }

    /// <summary>Returns the port that a product's API listens on when nothing else was configured: 8006 or 8007.</summary>
    public static int DefaultPort(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? 8007 : 8006;

    /// <summary>
    /// Reads an address: <c>pve1</c>, <c>pve1:8006</c>, <c>https://pve1:8006</c>, <c>192.0.2.7</c>, <c>2001:db8::1</c> or <c>[2001:db8::1]:8006</c>.
    /// Without a port, the product's own is taken, also after <c>https://</c>.
    /// </summary>
    /// <exception cref="FormatException">The text is no such address.</exception>
    public static ProxmoxEndpoint Parse(string text, ProxmoxProduct product)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, product, out ProxmoxEndpoint? endpoint)
            ? endpoint
            : throw new FormatException($"'{WithoutLogIn(text)}' is no server address. Write a host with an optional port, for example "
                + $"'pve1', 'pve1:{DefaultPort(product)}' or 'https://pve1:{DefaultPort(product)}'.");
    }

    /// <summary>Leaves out of an address who logs in, for messages: a password may be among it.</summary>
    public static string WithoutLogIn(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        int start = scheme < 0 ? 0 : scheme + "://".Length;
        int at = address.LastIndexOf('@');
        return at < start ? address : $"{address[..start]}***{address[at..]}";
    }

    /// <summary>Reads an address as <see cref="Parse"/> does; false if the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, ProxmoxProduct product, [NotNullWhen(true)] out ProxmoxEndpoint? endpoint)
    {
        endpoint = null;
        string rest = text?.Trim() ?? "";
        string scheme = Uri.UriSchemeHttps;
        int mark = rest.IndexOf("://", StringComparison.Ordinal);
        if (mark >= 0)
        {
            scheme = rest[..mark].ToLowerInvariant();
            rest = rest[(mark + 3)..];
        }

        if (rest.EndsWith('/'))
        {
            rest = rest[..^1];
        }

        if (scheme is not ("https" or "http") || !TrySplit(rest, out string host, out string? portText))
        {
            return false;
        }

        int port = DefaultPort(product);
        if (portText is not null && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
        {
            return false;
        }

        endpoint = new ProxmoxEndpoint(scheme, host, port);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(ProxmoxEndpoint? other) => other is not null && Port == other.Port && Host == other.Host && Scheme == other.Scheme;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scheme, Host, Port);

    /// <summary>Returns <see cref="Authority"/>.</summary>
    public override string ToString() => Authority;

    private static bool TrySplit(string text, out string host, out string? port)
    {
        port = null;
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            host = end < 0 ? "" : text[..(end + 1)];
            string tail = end < 0 ? "" : text[(end + 1)..];
            port = tail.StartsWith(':') ? tail[1..] : null;
            return (tail.Length == 0 || port is not null) && IsHost(ref host);
        }

        // More than one colon without brackets can only be an IPv6 address without a port.
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text.IndexOf(':', colon + 1) >= 0)
        {
            host = $"[{text}]";
            return IsHost(ref host);
        }

        host = colon < 0 ? text : text[..colon];
        port = colon < 0 ? null : text[(colon + 1)..];
        return IsHost(ref host);
    }

    /// <summary>International names travel in their ASCII form.</summary>
    private static bool TryEncode(ref string host)
    {
        try
        {
            host = new IdnMapping().GetAscii(host);
            return true;
        }
        catch (ArgumentException)
        {
            return false; // Not a name under the rules of international names; the caller says so.
        }
    }

    private static bool IsHost(ref string host)
    {
        if (!Ascii.IsValid(host) && !TryEncode(ref host))
        {
            return false;
        }

        host = host.ToLowerInvariant();
        return host.StartsWith('[')
            ? Uri.CheckHostName(host) == UriHostNameType.IPv6
            : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }
}
