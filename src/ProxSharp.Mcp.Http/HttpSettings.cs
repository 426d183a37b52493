using System.Net;

namespace ProxSharp.Mcp.Http;

/// <summary>Where and for whom the program listens.</summary>
internal sealed record HttpSettings
{
    /// <summary>The address, for example <c>http://127.0.0.1:8790</c>; port 0 takes any free one.</summary>
    public Uri Listen { get; init; } = new("http://127.0.0.1:8790");

    /// <summary>What clients must send as <c>Authorization: Bearer</c>; null for nothing, on the loopback address alone.</summary>
    public string? Token { get; init; }

    /// <summary>The names under which clients may reach the program, beside the address it listens at.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The address of the program for people's browsers; null for the address it listens at.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>A file with the certificate and its chain in PEM; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A file with the key of the certificate in PEM.</summary>
    public string? KeyFile { get; init; }

    /// <summary>True if something before the program ends TLS.</summary>
    public bool IsBehindProxy { get; init; }

    /// <summary>The shortest token: less can be guessed.</summary>
    public static int ShortestToken => 16;

    /// <summary>Refuses what would let others in.</summary>
    /// <exception cref="SettingsException">It would.</exception>
    public void Check()
    {
        if (Listen.Scheme is not ("http" or "https") || Listen.AbsolutePath != "/")
        {
            throw new SettingsException($"'{Listen}' is no address to listen at; write http://127.0.0.1:8790.");
        }

        if (Listen.Scheme == "https" && (CertificateFile is null || KeyFile is null))
        {
            throw new SettingsException("An address with https needs --certificate and --key.");
        }

        if (Token is { } token && token.Length < ShortestToken)
        {
            throw new SettingsException($"The token has fewer than {ShortestToken} characters; make a longer one, for example with: openssl rand -hex 32");
        }

        if (IsLoopback)
        {
            return;
        }

        if (Token is null)
        {
            throw new SettingsException(
                $"{Listen.Host} can be reached by others, so --token-file is needed. Without a token only the loopback address is served.");
        }

        if (Listen.Scheme == "http" && !IsBehindProxy)
        {
            throw new SettingsException("A token must not travel in the clear: listen at https with --certificate and --key, or say --tls-by-proxy.");
        }
    }

    /// <summary>True if only this machine can reach the address.</summary>
    public bool IsLoopback => Listen.Host is "localhost"
        || (IPAddress.TryParse(Listen.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
