using ProxSharp.Cli.Errors;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Contexts;

/// <summary>A PEM file with the certificate of an authority.</summary>
internal static class AuthorityCertificate
{
    private const string Hint = "--ca-file takes the authority's certificate as PEM (on a Proxmox VE node: /etc/pve/pve-root-ca.pem)";

    /// <summary>Reads it.</summary>
    /// <exception cref="CliException">It is not there, cannot be read, or holds no certificate.</exception>
    public static ServerTrust Load(string file)
    {
        try
        {
            return File.Exists(file)
                ? ServerTrust.System.WithCertificateAuthority(file)
                : throw CliException.Usage(Directory.Exists(file) ? $"{file} is a folder" : $"The file {file} does not exist", Hint);
        }
        catch (ArgumentException e)
        {
            throw new CliException(CliError.Usage($"The file {file} holds no certificate in PEM form", Hint), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliError.Usage($"The file {file} cannot be read: {FileErrors.Reason(e)}", Hint), e);
        }
    }
}
