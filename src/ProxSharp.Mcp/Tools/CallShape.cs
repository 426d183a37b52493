using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Refuses requests which the protocol library would take for an error of the server: calls of tools whose arguments are no object, and texts that are none.
/// </summary>
internal static class CallShape
{
    /// <summary>Puts the check before all else.</summary>
    public static void AddTo(McpServerOptions options) => options.Filters.Message.IncomingFilters.Add(static next => (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is JsonRpcRequest { Params: { } all } request)
        {
            if (!IsReadable(all))
            {
                throw new McpProtocolException("The request has a text that is no Unicode, or a member twice.", McpErrorCode.InvalidParams);
            }

            if (request.Method == RequestMethods.ToolsCall
                && all is JsonObject parameters
                && parameters["arguments"] is { } arguments
                && arguments.GetValueKind() != JsonValueKind.Object)
            {
                throw new McpProtocolException("The arguments of a tool are an object.", McpErrorCode.InvalidParams);
            }
        }

        return next(context, cancellationToken);
    });

    // JSON can write half of a character ("\ud800"), and a text cannot hold it: it shows only when it is read.
    private static bool IsReadable(JsonNode node)
    {
        try
        {
            Read(node);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static void Read(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((_, JsonNode? value) in members)
                {
                    Read(value);
                }

                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    Read(item);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }
}
