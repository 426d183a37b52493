using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ProxSharp.Mcp.Tools;

/// <summary>Refuses calls of tools whose arguments are no object, which the protocol library would take for an error of the server.</summary>
internal static class CallShape
{
    /// <summary>Puts the check before all else.</summary>
    public static void AddTo(McpServerOptions options) => options.Filters.Message.IncomingFilters.Add(static next => (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is JsonRpcRequest { Method: RequestMethods.ToolsCall, Params: JsonObject parameters }
            && parameters["arguments"] is { } arguments
            && arguments.GetValueKind() != JsonValueKind.Object)
        {
            throw new McpProtocolException("The arguments of a tool are an object.", McpErrorCode.InvalidParams);
        }

        return next(context, cancellationToken);
    });
}
