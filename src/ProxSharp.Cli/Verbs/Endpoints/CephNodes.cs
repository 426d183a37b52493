using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Finds the node that has a disk or daemon of Ceph that is named: the lists that every node has of the whole cluster tell.</summary>
internal static class CephNodes
{
    private const string Place = "/nodes/{node}/ceph/";

    /// <summary>Returns the node; null if the call is about no such thing, or the lists do not tell: then nobody but the user knows.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="binding">The verb.</param>
    /// <param name="service">The service that is to be started or stopped, for example <c>osd.3</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string?> FindAsync(VerbRun run, EndpointBinding binding, string? service, CancellationToken cancellationToken)
    {
        string[] parts = Meant(binding.Endpoint, service);
        string? id = parts is [_, ['{', .. var name, '}']] ? binding.PathValue(run, name) : parts.ElementAtOrDefault(1);
        if (string.IsNullOrEmpty(id))
        {
            return null;
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        string asked = await NodeFinder.OnlineAsync(run, cancellationToken).ConfigureAwait(false);
        try
        {
            string list = $"/nodes/{Uri.EscapeDataString(asked)}/ceph/{parts[0]}";
            JsonElement all = (await session.GetAsync(list, null, cancellationToken).ConfigureAwait(false)).Data;
            string? host = parts[0] == "osd" ? OfDisk(all, id, null) : OfDaemon(all, id);

            // Places in the map of Ceph may have any names. Only that of a node is one.
            return host is not null && (await session.NamesAsync("/nodes", "node").ConfigureAwait(false)).Contains(host) ? host : null;
        }
        catch (ProxmoxApiException)
        {
            // Where the list is not to be had, the call itself tells why, or the user names the node.
            return null;
        }
    }

    /// <summary>The kind of the one thing that a call is about, and its id or the part of the path that holds it; nothing if it is about no such thing. Pure.</summary>
    internal static string[] Meant(ApiEndpoint endpoint, string? service)
    {
        string[] parts = endpoint.Path.StartsWith(Place, StringComparison.Ordinal) ? endpoint.Path[Place.Length..].Split('/') : [];
        if (parts is ["start" or "stop" or "restart"])
        {
            // A kind alone means all of it on a node, and no list tells which node that is.
            return service?.Split('.', 2) is ["osd" or "mon" or "mgr" or "mds", { Length: > 0 }] and var one ? one : [];
        }

        // What is made now is in no list.
        return parts is ["osd" or "mon" or "mgr" or "mds", ['{', .., '}'], ..] && (parts[0] == "osd" || endpoint.Method != ApiMethod.Post) ? parts[..2] : [];
    }

    /// <summary>The host of a disk in the tree of all of them: its own word for it, or the place that it stands in. Pure.</summary>
    internal static string? OfDisk(JsonElement place, string id, string? host)
    {
        if (place.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (Text(place, "type") == "osd")
        {
            return Text(place, "id") == id || Text(place, "name") == $"osd.{id}" ? Text(place, "host") ?? host : null;
        }

        host = Text(place, "type") == "host" ? Text(place, "name") : host;
        if (place.TryGetProperty("root", out JsonElement root))
        {
            return OfDisk(root, id, host);
        }

        return place.TryGetProperty("children", out JsonElement children) && children.ValueKind == JsonValueKind.Array
            ? children.EnumerateArray().Select(child => OfDisk(child, id, host)).FirstOrDefault(static found => found is not null)
            : null;
    }

    /// <summary>The host of a daemon in the list of all of them. Pure.</summary>
    internal static string? OfDaemon(JsonElement list, string id) => list.ValueKind != JsonValueKind.Array ? null
        : list.EnumerateArray().Where(one => Text(one, "name") == id).Select(static one => Text(one, "host")).FirstOrDefault();

    private static string? Text(JsonElement item, string name) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value)
        && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null;
}
