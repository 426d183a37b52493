using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>What older versions of the server do not have.</summary>
internal static class PbsReleases
{
    private const string Backup = "Remote.Datastore";

    // Paths that came after version 3.2; what is below them came with them.
    private static readonly string[] s_later =
    [
        "/access/vncticket", "/admin/s3", "/config/access/pam", "/config/access/pbs", "/config/encryption-keys", "/config/notifications/endpoints/webhook", "/config/s3", "/push",
        "/nodes/{node}/identity", "/status/metrics", "/admin/datastore/{store}/mount", "/admin/datastore/{store}/unmount", "/admin/datastore/{store}/move-group",
        "/admin/datastore/{store}/move-namespace", "/admin/datastore/{store}/s3-refresh",
    ];

    /// <summary>True if the server has the endpoint.</summary>
    public static bool Knows(PbsState state, string template) =>
        state.IsModern || !s_later.Any(later => template == later || template.StartsWith(later + "/", StringComparison.Ordinal));

    /// <summary>True if the server has the privilege.</summary>
    public static bool KnowsPrivilege(PbsState state, string privilege) => state.IsModern || !privilege.StartsWith(Backup, StringComparison.Ordinal);

    /// <summary>Takes what the server does not have out of an index.</summary>
    public static ApiReply Trim(PbsState state, ApiCall call, ApiReply reply)
    {
        if (state.IsModern || reply.Data is not JsonArray list)
        {
            return reply;
        }

        string prefix = call.Endpoint.Path == "/" ? "" : call.Endpoint.Path;
        JsonNode[] unknown = [.. list.OfType<JsonObject>().Where(entry => entry["subdir"] is JsonValue name && !Knows(state, $"{prefix}/{ApiCall.TextOf(name)}"))];
        foreach (JsonNode entry in unknown)
        {
            list.Remove(entry);
        }

        return reply;
    }
}
