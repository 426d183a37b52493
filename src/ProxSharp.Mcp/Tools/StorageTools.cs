using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>Storages of a cluster and what is on them.</summary>
internal sealed class StorageTools(AgentSites sites)
{
    private static readonly string[] s_columns = ["storage", "node", "type", "status", "used_pct", "used_gib", "free_gib", "shared", "content"];
    private static readonly string[] s_volumes = ["volid", "node", "content", "size_gib", "vmid", "guest", "age_days", "notes", "protected"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "storage_list",
            "Storages with their use; with storage, what takes its space, largest first. guest is 'gone' for a volume whose guest no longer exists.",
            $$""" "storage":{"type":"string"},{{Rows.Arguments}} """,
            [],
            ToolHints.Reads,
            (call, cancellationToken) => call.Has("storage") ? ContentAsync(call, cancellationToken) : ListAsync(call, cancellationToken));
    }

    /// <summary>The storages on which something can be looked for: shared ones once, the others on each node.</summary>
    public static IEnumerable<(string Storage, string Node, bool IsShared)> Places(IEnumerable<JsonElement> resources, Func<JsonElement, bool> chooses) =>
        resources.Where(entry => entry.Text("type") == "storage" && entry.Text("status") == "available" && chooses(entry))
        .Select(static entry => (Storage: entry.Text("storage")!, Node: entry.Text("node")!, IsShared: entry.IsSet("shared")))
        .OrderBy(static place => place.Storage, StringComparer.Ordinal).ThenBy(static place => place.Node, StringComparer.Ordinal)
        .GroupBy(static place => place.IsShared ? place.Storage : $"{place.Storage} {place.Node}", StringComparer.Ordinal)
        .Select(static group => group.First());

    /// <summary>
    /// Names the storages of a cluster on which nothing can be looked for: those that are not available where they would be, and those that are disabled,
    /// which are missing in what a cluster consists of.
    /// </summary>
    public static async Task MissAsync(Reading reading, IReadOnlyList<JsonElement> resources, Func<JsonElement, bool> chooses)
    {
        HashSet<string?> told = [.. Places(resources, chooses).Where(static place => place.IsShared).Select(static place => place.Storage)];
        foreach (JsonElement off in (await reading.ListAsync("/storage").ConfigureAwait(false)).Where(entry => entry.IsSet("disable") && chooses(entry)))
        {
            reading.Miss($"storage {off.Text("storage")}: disabled");
            told.Add(off.Text("storage"));
        }

        foreach (JsonElement gone in resources.Where(entry => entry.Text("type") == "storage" && entry.Text("status") != "available" && chooses(entry)))
        {
            if (!told.Contains(gone.Text("storage")))
            {
                reading.Miss($"storage {gone.Text("storage")}{(gone.IsSet("shared") ? "" : $" on {gone.Text("node")}")}: {gone.Text("status") ?? "unknown"}");
            }

            if (gone.IsSet("shared"))
            {
                told.Add(gone.Text("storage"));
            }
        }
    }

    private async Task<ToolAnswer> ListAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call, ProxmoxProduct.VirtualEnvironment);
        IReadOnlyList<JsonElement> all = await site.ResourcesAsync("storage", cancellationToken).ConfigureAwait(false);
        return sites.Told(Rows.Page(call, [.. all.Select(Row)], s_columns), call, site, ProxmoxProduct.VirtualEnvironment);
    }

    private async Task<ToolAnswer> ContentAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call, ProxmoxProduct.VirtualEnvironment);
        DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
        string storage = call.Required("storage");
        IReadOnlyList<JsonElement> resources = await site.ResourcesAsync(null, cancellationToken).ConfigureAwait(false);
        (string Storage, string Node, bool IsShared)[] places = [.. Places(resources, entry => entry.Text("storage") == storage)];
        if (places.Length == 0)
        {
            throw new ToolException("not-found", $"No node of {site.Name} has a storage '{storage}' that is available.");
        }

        HashSet<string> guests = [.. resources.Select(static entry => entry.Text("vmid")).OfType<string>()];
        List<JsonObject> rows = [];
        Reading reading = new(site, cancellationToken);
        foreach ((_, string node, bool isShared) in places)
        {
            string path = $"/nodes/{node}/storage/{Uri.EscapeDataString(storage)}/content";
            IReadOnlyList<JsonElement> volumes = await reading.ListAsync(path).ConfigureAwait(false);
            rows.AddRange(volumes.Select(volume => Volume(volume, isShared ? null : node, guests, now)));
        }

        rows.Sort(static (left, right) => Size(right).CompareTo(Size(left)));
        return reading.Complete(sites.Told(Rows.Page(call, rows, s_volumes), call, site, ProxmoxProduct.VirtualEnvironment));
    }

    private static double Size(JsonObject row) => row["size_gib"]?.GetValue<double>() ?? 0;

    /// <summary>Whose a volume is: as the server says, else by its name, which servers leave out for files that others put there.</summary>
    public static string? OwnerOf(JsonElement volume) =>
        volume.Text("vmid") ?? (Owner.Match(volume.Text("volid") ?? "") is { Success: true } match ? match.Groups["vmid"].Value : null);

    private static JsonObject Volume(JsonElement volume, string? node, HashSet<string> guests, DateTimeOffset now) => Values.Row(
        ("volid", volume.Word("volid")),
        ("node", node),
        ("content", volume.Word("content")),
        ("size_gib", volume.Gib("size")),
        ("vmid", OwnerOf(volume)),
        ("guest", OwnerOf(volume) is { } vmid ? guests.Contains(vmid) ? "exists" : "gone" : null),
        ("age_days", Values.Days(volume.Number("ctime"), now)),
        ("notes", volume.Word("notes")),
        ("protected", volume.IsSet("protected") ? true : null));

    private static JsonObject Row(JsonElement storage) => Values.Row(
        ("storage", storage.Word("storage")),
        ("node", storage.Word("node")),
        ("type", storage.Word("plugintype")),
        ("status", storage.Word("status")),
        ("used_pct", storage.Percent("disk", "maxdisk")),
        ("used_gib", storage.Gib("disk")),
        ("free_gib", Values.Gib(storage.Number("maxdisk") - storage.Number("disk"))),
        ("total_gib", storage.Gib("maxdisk")),
        ("shared", storage.IsSet("shared") ? "yes" : "no"),
        ("content", storage.Text("content") is { } content ? JsonValue.Create(string.Join(',', content.Split(',').Order(StringComparer.Ordinal))) : null));

    private static Regex Owner => field ??= new("[:/](vzdump-(qemu|lxc)-|vm-|subvol-|base-)(?<vmid>[0-9]+)-", RegexOptions.ExplicitCapture);
}
