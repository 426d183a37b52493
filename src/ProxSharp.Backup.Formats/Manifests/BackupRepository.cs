using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProxSharp.Validation;

namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>Where backups go, written <c>[[auth-id@]host:][port:]datastore</c> (spec 1.1).</summary>
/// <example>
/// <code>
/// BackupRepository repository = BackupRepository.Parse("backup@pbs!ci@[2001:db8::1]:8007:main");
/// </code>
/// </example>
public sealed record BackupRepository : IParsable<BackupRepository>
{
    /// <summary>Who logs in if the text names nobody: <c>root@pam</c>.</summary>
    public const string DefaultAuthId = "root@pam";

    /// <summary>The port if the text names none: 8007.</summary>
    public const int DefaultPort = 8007;

    private const int Longest = 256;
    private const int LongestPort = 5;
    private const string DefaultHost = "localhost";

    private readonly string? _authId;
    private readonly string? _host;
    private readonly int? _port;

    private BackupRepository(string? authId, string? host, int? port, string datastore)
    {
        _authId = authId;
        _host = host;
        _port = port;
        Datastore = datastore;
    }

    /// <summary>Who logs in: <c>user@realm</c>, or <c>user@realm!token</c>.</summary>
    public string AuthId => _authId ?? DefaultAuthId;

    /// <summary>The server; IPv6 addresses stand in brackets.</summary>
    public string Host => _host ?? DefaultHost;

    /// <summary>The port of the server.</summary>
    public int Port => _port ?? DefaultPort;

    /// <summary>The datastore.</summary>
    public string Datastore { get; }

    /// <summary>Makes a repository from its parts.</summary>
    /// <param name="datastore">The datastore.</param>
    /// <param name="host">The server; an IPv6 address may come without brackets.</param>
    /// <param name="port">The port of the server.</param>
    /// <param name="authId">Who logs in.</param>
    /// <exception cref="FormatException">A part is not allowed.</exception>
    public static BackupRepository Create(string datastore, string host = DefaultHost, int port = DefaultPort, string authId = DefaultAuthId)
    {
        string bracketed = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        return Parse(string.Create(CultureInfo.InvariantCulture, $"{authId}@{bracketed}:{port}:{datastore}"), null);
    }

    /// <summary>Reads a repository.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static BackupRepository Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static BackupRepository Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out BackupRepository? result)
            ? result
            : throw FormatText.Malformed(s, "repository", "expected [[user@realm[!token]@]host:][port:]datastore");

    /// <summary>Reads a repository.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, [MaybeNullWhen(false)] out BackupRepository result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out BackupRepository result)
    {
        result = null;
        if (s is null || s.Length > Longest)
        {
            return false;
        }

        int colon = s.LastIndexOf(':');
        string datastore = s[(colon + 1)..];
        if (!IdFormats.IsSafeId(datastore) || datastore.Length is < 3 or > 32)
        {
            return false;
        }

        if (colon < 0)
        {
            result = new BackupRepository(null, null, null, datastore);
            return true;
        }

        // The last at sign ends the auth id, whose user may hold more of them.
        int at = s.LastIndexOf('@', colon);
        string? authId = at < 0 ? null : s[..at];
        if ((authId is null || IsAuthId(authId)) && TrySplitHost(s[(at + 1)..colon], out string? host, out int? port))
        {
            result = new BackupRepository(authId, host, port, datastore);
        }

        return result is not null;
    }

    /// <summary>Returns the shortest text that names the same parts; with an auth id, host and port always stand in it.</summary>
    public override string ToString() => (_authId, _host, _port) switch
    {
        ({ } authId, _, _) => string.Create(CultureInfo.InvariantCulture, $"{authId}@{Host}:{Port}:{Datastore}"),
        (null, { } host, { } port) => string.Create(CultureInfo.InvariantCulture, $"{host}:{port}:{Datastore}"),
        (null, { } host, null) => $"{host}:{Datastore}",
        _ => Datastore,
    };

    private static bool TrySplitHost(string text, out string? host, out int? port)
    {
        int bracket = text.LastIndexOf(']');
        int colon = text.IndexOf(':', bracket + 1);
        host = colon < 0 ? text : text[..colon];
        port = null;
        if (colon >= 0)
        {
            string digits = text[(colon + 1)..];
            if (digits.Length > LongestPort || !ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            {
                return false;
            }

            port = number;
        }

        return IsHost(host);
    }

    private static bool IsHost(string host) => host.StartsWith('[') && host.EndsWith(']')
        ? IPAddress.TryParse(host.AsSpan(1, Math.Max(0, host.Length - 2)), out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            && host.IndexOf('[', 1) < 0
        : Array.TrueForAll(host.Split('.'), static label => IsLabel(label));

    private static bool IsLabel(string label)
    {
        bool sound = label.Length > 0 && char.IsAsciiLetterOrDigit(label[0]) && char.IsAsciiLetterOrDigit(label[^1]);
        return sound && label.AsSpan().IndexOfAnyExcept(s_labelCharacters) < 0;
    }

    private static bool IsAuthId(string text)
    {
        int at = text.LastIndexOf('@');
        if (at <= 0)
        {
            return false;
        }

        foreach (char c in text.AsSpan(0, at))
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c is ':' or '/')
            {
                return false;
            }
        }

        string[] rest = text[(at + 1)..].Split('!', 2);
        return Array.TrueForAll(rest, static part => IdFormats.IsSafeId(part));
    }

    private static readonly System.Buffers.SearchValues<char> s_labelCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
}
