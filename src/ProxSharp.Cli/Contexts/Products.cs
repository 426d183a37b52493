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

    /// <summary>
    /// Tells the product from the ports of addresses, 8007 is that of a backup server, or else from the realm that only backup servers have; all else is of a
    /// virtual environment.
    /// </summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="who">The user or token; null if nobody is named.</param>
    /// <exception cref="CliException">The addresses are those of different products.</exception>
    public static ProxmoxProduct Guess(IReadOnlyList<string> addresses, string? who = null)
    {
        string? backup = addresses.FirstOrDefault(static text => HasPort(text, ProxmoxProduct.BackupServer));
        string? other = addresses.FirstOrDefault(static text => HasPort(text, ProxmoxProduct.VirtualEnvironment));
        return (backup, other) switch
        {
            ({ }, { }) => throw CliException.Usage(
                $"{other} is a Proxmox VE and {backup} a backup server by their ports, but a context is one cluster or one server",
                "Make a context of each; if the ports mislead, name the product with --product"),
            ({ }, null) => ProxmoxProduct.BackupServer,
            (null, null) when who?.Split('!')[0].EndsWith("@pbs", StringComparison.Ordinal) == true => ProxmoxProduct.BackupServer,
            _ => ProxmoxProduct.VirtualEnvironment,
        };
    }

    /// <summary>Reads an address; scheme and port may be left out.</summary>
    /// <param name="text">For example <c>pve1</c>, <c>pve1:8006</c> or <c>https://pve1:8006</c>.</param>
    /// <param name="product">The product, whose port is taken if none is written.</param>
    /// <exception cref="CliException">It is no address, or not one of HTTPS.</exception>
    public static ProxmoxEndpoint ParseEndpoint(string text, ProxmoxProduct product)
    {
        const string Hint = "Write a host, host:port or https://host:port";
        if (!ProxmoxEndpoint.TryParse(Server(text), product, out ProxmoxEndpoint? endpoint))
        {
            throw CliException.Usage($"'{ProxmoxEndpoint.WithoutLogIn(text)}' is no server address", Hint);
        }

        return endpoint.Scheme == Uri.UriSchemeHttps
            ? endpoint
            : throw CliException.Usage($"'{ProxmoxEndpoint.WithoutLogIn(text)}' is not reached over https, which Proxmox servers require", Hint);
    }

    /// <summary>Users paste what the browser shows (/#v1:0:...) or the API root: both mean the server.</summary>
    private static string Server(string text)
    {
        string address = text.Trim().Split("/#")[0].TrimEnd('/');
        return address.EndsWith("/api2/json", StringComparison.Ordinal) ? address[..^"/api2/json".Length] : address;
    }

    /// <summary>True if the port of a product is written: it is there whichever product is assumed.</summary>
    private static bool HasPort(string text, ProxmoxProduct product) =>
        Enum.GetValues<ProxmoxProduct>().All(assumed =>
            ProxmoxEndpoint.TryParse(Server(text), assumed, out ProxmoxEndpoint? endpoint) && endpoint.Port == ProxmoxEndpoint.DefaultPort(product));
}
