using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>The products and their addresses.</summary>
internal static class Products
{
    /// <summary>The short names as users type them.</summary>
    public static readonly string[] ShortNames = ["pve", "pbs"];

    /// <summary>Returns <c>pve</c> or <c>pbs</c>.</summary>
    public static string ShortName(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? "pbs" : "pve";

    /// <summary>Reads a short name.</summary>
    public static ProxmoxProduct Parse(string shortName) => shortName == "pbs" ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment;

    /// <summary>Reads an address; scheme and port may be left out.</summary>
    /// <param name="text">For example <c>pve1</c>, <c>pve1:8006</c> or <c>https://pve1:8006</c>.</param>
    /// <param name="product">The product if the user named it; null takes port 8007 for a backup server and all else for a virtual environment.</param>
    /// <exception cref="CliException">It is no address, or not one of HTTPS.</exception>
    public static (ProxmoxEndpoint Endpoint, ProxmoxProduct Product) ParseEndpoint(string text, ProxmoxProduct? product)
    {
        const string Hint = "Write a host, host:port or https://host:port";

        // Users paste what the browser shows (/#v1:0:...) or the API root: both mean the server.
        string address = text.Trim().Split("/#")[0].TrimEnd('/');
        address = address.EndsWith("/api2/json", StringComparison.Ordinal) ? address[..^"/api2/json".Length] : address;
        if (!ProxmoxEndpoint.TryParse(address, product ?? ProxmoxProduct.VirtualEnvironment, out ProxmoxEndpoint? endpoint))
        {
            throw CliException.Usage($"'{text}' is no server address", Hint);
        }

        if (endpoint.Scheme != Uri.UriSchemeHttps)
        {
            throw CliException.Usage($"'{text}' is not reached over https, which Proxmox servers require", Hint);
        }

        bool isBackupPort = endpoint.Port == ProxmoxEndpoint.DefaultPort(ProxmoxProduct.BackupServer);
        return (endpoint, product ?? (isBackupPort ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment));
    }
}
