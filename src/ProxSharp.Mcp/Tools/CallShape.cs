using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Refuses requests which the protocol library would take for an error of the server: calls of tools whose members are of other types, and texts that are none.
/// </summary>
internal static class CallShape
{
    private static readonly (string Name, JsonValueKind Kind)[] s_kinds =
    [
        ("name", JsonValueKind.String), ("uri", JsonValueKind.String), ("arguments", JsonValueKind.Object), ("_meta", JsonValueKind.Object),
        ("inputResponses", JsonValueKind.Object), ("requestState", JsonValueKind.String),
    ];

    /// <summary>Puts the check before all else.</summary>
    public static void AddTo(McpServerOptions options) => options.Filters.Message.IncomingFilters.Add(static next => (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is JsonRpcRequest request)
        {
            if (!IsReadable(request.Params))
            {
                throw new McpProtocolException("The request has a text that is no Unicode, or a member twice.", McpErrorCode.InvalidParams);
            }

            if (Misfit(request.Method, request.Params) is { } misfit)
            {
                throw new McpProtocolException(misfit, McpErrorCode.InvalidParams);
            }
        }

        return next(context, cancellationToken);
    });

    private static string? Misfit(string method, JsonNode? all)
    {
        if (method is RequestMethods.ToolsList or RequestMethods.PromptsList or RequestMethods.ResourcesList or RequestMethods.ResourcesTemplatesList)
        {
            return (all as JsonObject)?["cursor"] is null ? null : "There is no such cursor: each list comes in one page.";
        }

        if (method is not (RequestMethods.ToolsCall or RequestMethods.PromptsGet or RequestMethods.ResourcesRead))
        {
            return null;
        }

        if (all is not JsonObject parameters)
        {
            return "The parameters are an object.";
        }

        foreach ((string name, JsonValueKind kind) in s_kinds)
        {
            if (parameters[name] is { } value && value.GetValueKind() != kind)
            {
                return $"The member '{name}' is of type {(kind == JsonValueKind.String ? "string" : "object")}.";
            }
        }

        string needed = method == RequestMethods.ResourcesRead ? "uri" : "name";
        return parameters[needed] is null ? $"The member '{needed}' is missing." : null;
    }

    // JSON can write half of a character ("\ud800"), and a text cannot hold it: it shows only when it is read.
    private static bool IsReadable(JsonNode? node)
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
