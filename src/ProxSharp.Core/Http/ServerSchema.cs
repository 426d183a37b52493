using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Http;

/// <summary>How the schema script of a server is fetched.</summary>
internal static class ServerSchema
{
    private static readonly ApiOperation s_virtualEnvironment = ApiOperation.Page(ServerSchemaReader.VirtualEnvironmentPath);
    private static readonly ApiOperation s_backupServer = ApiOperation.Page(ServerSchemaReader.BackupServerPath);

    /// <summary>The page that holds the script.</summary>
    public static ApiOperation Operation(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? s_backupServer : s_virtualEnvironment;

    /// <summary>The script is small: the usual limit of time is right.</summary>
    public static ApiCallOptions Options(ProxmoxClientOptions options) => new() { Timeout = options.Timeout };
}
