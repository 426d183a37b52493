using System.Globalization;
using System.Net;
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

    /// <summary>
    /// Tells whether an answer means that there is no such page. The call before it went through, so 401 does not speak of the credentials:
    /// servers without the page refuse it in various ways.
    /// </summary>
    public static bool IsMissing(ProxmoxApiException answer) =>
        answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.NotImplemented
        || (answer.StatusCode == HttpStatusCode.InternalServerError && answer.ServerMessage.StartsWith("no such file", StringComparison.Ordinal));

    /// <summary>Makes the exception for a server without the page.</summary>
    public static ProxmoxProtocolException Missing(ProxmoxProduct product, ProxmoxApiException answer) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"This server publishes no schema: it answers {Operation(product).Path} with status {(int)answer.StatusCode}. Use "
                + $"the schema that comes with the library."),
        answer);

    /// <summary>The script is small: the usual limit of time is right.</summary>
    public static ApiCallOptions Options(ProxmoxClientOptions options) => new() { Timeout = options.Timeout };
}
