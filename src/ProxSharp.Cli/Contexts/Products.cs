using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>The products and their addresses.</summary>
internal static class Products
{
    /// <summary>The short names as users type them.</summary>
    public static readonly string[] ShortNames = ["pve", "pbs"];

    /// <summary>Returns <c>pve</c> or <c>pbs</c>.</summary>
    public static string ShortName(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? "pbs" : "pve";

    /// <summary>Returns the port the product listens on.</summary>
    public static int Port(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? 8007 : 8006;

    /// <summary>Reads a short name.</summary>
    public static ProxmoxProduct Parse(string shortName) => shortName == "pbs" ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment;

    /// <summary>Reads an address; scheme and port may be left out.</summary>
    /// <param name="text">For example <c>pve1</c>, <c>pve1:8006</c> or <c>https://pve1:8006</c>.</param>
    /// <param name="product">The product if the user named it; null takes port 8007 for a backup server and all else for a virtual environment.</param>
    /// <exception cref="CliException">It is no address, or not one of HTTPS.</exception>
    public static (Uri Endpoint, ProxmoxProduct Product) ParseEndpoint(string text, ProxmoxProduct? product)
    {
        const string Hint = "Write a host, host:port or https://host:port";
        string full = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
        {
            throw CliException.Usage($"'{text}' is no server address", Hint);
        }

        if (uri.Scheme != Uri.UriSchemeHttps)
        {
            throw CliException.Usage($"'{text}' is not reached over https, which Proxmox servers require", Hint);
        }

        // Users paste what the browser shows (/#v1:0:...) or the API root: both mean the server.
        string path = uri.AbsolutePath.TrimEnd('/');
        if (path is not ("" or "/api2" or "/api2/json"))
        {
            throw CliException.Usage($"'{text}' names a path below the server", Hint);
        }

        bool hasPort = full[(full.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/')[0] is { } authority
            && authority.LastIndexOf(':') > authority.LastIndexOf(']');
        ProxmoxProduct chosen = product ?? (uri.Port == 8007 ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment);
        int port = hasPort ? uri.Port : Port(chosen);
        return (new UriBuilder(Uri.UriSchemeHttps, uri.Host, port).Uri, chosen);
    }
}
