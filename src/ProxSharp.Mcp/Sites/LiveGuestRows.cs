using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Mcp.Sites;

/// <summary>
/// Guests as they are now. Proxmox: the list of the cluster shows names and states up to 10 s late. Who has just stopped a guest and looks again must not
/// read that it runs.
/// </summary>
internal static class LiveGuestRows
{
    /// <summary>So long after a change the list of the cluster may not show it yet.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromSeconds(15);

    private static readonly string[] s_members = ["name", "status", "cpu", "maxcpu", "mem", "maxmem", "maxdisk", "uptime"];

    /// <summary>Rows of the cluster's list with the names and states that the nodes of the guests tell.</summary>
    /// <param name="pve">The cluster.</param>
    /// <param name="rows">The rows; those that are about something else stay as they are.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public static async Task<IReadOnlyList<JsonElement>> RenewAsync(PveClient pve, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> all = await pve.Guests.ListLiveAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, GuestSummary> live = all.Where(static guest => guest.IsLive).ToDictionary(static guest => guest.Id.ToString(), StringComparer.Ordinal);
        return [.. rows.Select(row => row.Text("vmid") is { } id && live.TryGetValue(id, out GuestSummary? guest) ? Renewed(row, guest) : row)];
    }

    /// <summary>The row of a guest with what its own status tells.</summary>
    /// <param name="row">The row of the cluster's list.</param>
    /// <param name="now">The answer of <c>status/current</c>; of another kind if it cannot be read.</param>
    public static JsonElement Renewed(JsonElement row, JsonElement now)
    {
        if (now.ValueKind != JsonValueKind.Object)
        {
            return row;
        }

        JsonObject members = JsonObject.Create(row)!;
        foreach (string name in s_members)
        {
            string own = name == "maxcpu" ? "cpus" : name;
            if (now.TryGetProperty(own, out JsonElement value))
            {
                members[name] = JsonNode.Parse(value.GetRawText());
            }
        }

        members["status"] = GuestPower.Of(now);
        members.Remove("lock");
        if (now.Text("lock") is { Length: > 0 } locked)
        {
            members["lock"] = locked;
        }

        return Element(members);
    }

    private static JsonElement Renewed(JsonElement row, GuestSummary guest)
    {
        if (row.Text("name") == guest.Name && row.Text("status") == guest.Status.Value)
        {
            return row;
        }

        JsonObject members = JsonObject.Create(row)!;
        members["name"] = guest.Name;
        members["status"] = guest.Status.Value;
        return Element(members);
    }

    private static JsonElement Element(JsonObject members)
    {
        using JsonDocument document = JsonDocument.Parse(members.ToJsonString());
        return document.RootElement.Clone();
    }
}
