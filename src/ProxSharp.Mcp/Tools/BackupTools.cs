using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>Backups of both products: datastores, snapshots, and what is inside them.</summary>
internal sealed class BackupTools(AgentSites sites)
{
    private static readonly string[] s_stores =
        ["datastore", "used_pct", "used_gib", "free_gib", "full_on", "gc", "gc_ended", "gc_pending_gib", "verify", "prune", "sync"];

    private static readonly string[] s_backups =
        ["backup", "age_days", "size_gib", "verified", "protected", "encrypted", "owner", "notes"];

    private static readonly string[] s_files = ["name", "type", "size", "changed"];

    public IEnumerable<GuardTool> All()
    {
        if (sites.Has(ProxmoxProduct.BackupServer))
        {
            yield return new GuardTool(
                "datastore_list",
                "Datastores: use, when full, and how garbage collection and the verify, prune and sync jobs last ended.",
                Rows.Arguments,
                [],
                ToolHints.Reads,
                StoresAsync);
        }

        yield return new GuardTool(
            "backup_list",
            "Backups, newest first: snapshots of datastores, or archives on storages of a cluster.",
            $$""" "guest":{"type":"string","description":"vmid or host name"},"datastore":{"type":"string","description":"or storage"},{{Rows.Arguments}} """,
            [],
            ToolHints.Reads,
            ListAsync);
        yield return new GuardTool(
            "backup_files",
            "Files inside a backup, one folder at a time.",
            """ "backup":{"type":"string","description":"as in backup_list"},"path":{"type":"string","description":"default /"} """,
            ["backup"],
            ToolHints.Reads,
            FilesAsync);
    }

    /// <summary>The snapshots of a backup server with where they are.</summary>
    public static async Task<IReadOnlyList<(string Store, string Namespace, JsonElement Snapshot)>> SnapshotsAsync(
        AgentSite site, Reading reading, string? store, string? guest, CancellationToken cancellationToken)
    {
        List<(string, string, JsonElement)> found = [];
        IEnumerable<string> stores = store is not null
            ? [store]
            : (await site.ListAsync("/admin/datastore", null, cancellationToken).ConfigureAwait(false))
                .Select(static entry => entry.Text("store")).OfType<string>();
        foreach (string name in stores)
        {
            foreach (JsonElement space in await reading.ListAsync($"/admin/datastore/{name}/namespace").ConfigureAwait(false))
            {
                string ns = space.Text("ns") ?? "";
                ApiParameters parameters = new() { { "ns", ns.Length > 0 ? ns : null }, { "backup-id", guest } };
                IReadOnlyList<JsonElement> snapshots = await reading.ListAsync($"/admin/datastore/{name}/snapshots", parameters).ConfigureAwait(false);
                found.AddRange(snapshots.Select(snapshot => (name, ns, snapshot)));
            }
        }

        return found;
    }

    /// <summary>The backups on the storages of a cluster, as the content of storages shows them.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ArchivesAsync(
        AgentSite site, Reading reading, string? storage, string? guest, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> resources = await site.ResourcesAsync("storage", cancellationToken).ConfigureAwait(false);
        List<JsonElement> found = [];
        foreach ((string name, string node, _) in StorageTools.Places(resources, entry =>
            (storage is null || entry.Text("storage") == storage) && entry.Text("content")?.Contains("backup", StringComparison.Ordinal) == true))
        {
            ApiParameters parameters = new() { { "content", "backup" }, { "vmid", guest } };
            found.AddRange(await reading.ListAsync($"/nodes/{node}/storage/{Uri.EscapeDataString(name)}/content", parameters).ConfigureAwait(false));
        }

        return found;
    }

    private async Task<ToolAnswer> StoresAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call, ProxmoxProduct.BackupServer);
        Reading reading = new(site, cancellationToken);
        IReadOnlyList<JsonElement> usage = await site.ListAsync("/status/datastore-usage", null, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<JsonElement> collections = await reading.ListAsync("/admin/gc").ConfigureAwait(false);
        IReadOnlyList<JsonElement> verify = await reading.ListAsync("/admin/verify").ConfigureAwait(false);
        IReadOnlyList<JsonElement> prune = await reading.ListAsync("/admin/prune").ConfigureAwait(false);
        IReadOnlyList<JsonElement> sync = await reading.ListAsync("/admin/sync").ConfigureAwait(false);
        IEnumerable<JsonObject> rows = usage.Select(store =>
        {
            string? name = store.Text("store");
            JsonElement gc = collections.FirstOrDefault(entry => entry.Text("store") == name);
            return Values.Row(
                ("datastore", store.Word("store")),
                ("used_pct", store.Percent("used", "total")),
                ("used_gib", store.Gib("used")),
                ("free_gib", store.Gib("avail")),
                ("full_on", store.Number("estimated-full-date") is > 0 ? store.Time("estimated-full-date") : null),
                ("error", store.Word("error")),
                ("gc", gc.Word("last-run-state") ?? "never"),
                ("gc_ended", gc.Time("last-run-endtime")),
                ("gc_pending_gib", gc.Gib("pending-bytes")),
                ("gc_schedule", gc.Word("schedule")),
                ("verify", Jobs(verify, name)),
                ("prune", Jobs(prune, name)),
                ("sync", Jobs(sync, name)));
        });
        return reading.Complete(Rows.Page(call, [.. rows], s_stores));
    }

    private static string Jobs(IReadOnlyList<JsonElement> jobs, string? store)
    {
        string[] states = [.. jobs.Where(job => job.Text("store") == store).Select(static job => job.Text("last-run-state") ?? "not run yet")];
        return states.Length == 0 ? "no job" : states.FirstOrDefault(static state => !TaskTools.IsGood(state)) ?? states[0];
    }

    private async Task<ToolAnswer> ListAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = call.Has("context") || !sites.Has(ProxmoxProduct.BackupServer) ? sites.For(call) : sites.For(call, ProxmoxProduct.BackupServer);
        DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
        Reading reading = new(site, cancellationToken);
        (string? place, string? guest) = (call.Text("datastore"), call.Text("guest"));
        IEnumerable<JsonObject> rows = site.IsBackup
            ? (await SnapshotsAsync(site, reading, place, guest, cancellationToken).ConfigureAwait(false))
                .OrderByDescending(static entry => entry.Snapshot.Number("backup-time"))
                .Select(entry => Snapshot(entry.Store, entry.Namespace, entry.Snapshot, now))
            : (await ArchivesAsync(site, reading, place, guest, cancellationToken).ConfigureAwait(false))
                .OrderByDescending(static entry => entry.Number("ctime"))
                .Select(entry => Archive(entry, now));
        return reading.Complete(Rows.Page(call, [.. rows], s_backups));
    }

    private static JsonObject Snapshot(string store, string ns, JsonElement snapshot, DateTimeOffset now) => Values.Row(
        ("backup", BackupName.Of(store, ns, snapshot).ToString()),
        ("datastore", store),
        ("age_days", Values.Days(snapshot.Number("backup-time"), now)),
        ("size_gib", snapshot.Gib("size")),
        ("verified", snapshot.TryGetProperty("verification", out JsonElement state) ? state.Word("state") : "no"),
        ("protected", snapshot.IsSet("protected") ? true : null),
        ("encrypted", snapshot.TryGetProperty("files", out JsonElement files) && files.ValueKind == JsonValueKind.Array
            && files.EnumerateArray().Any(static file => file.Text("crypt-mode") == "encrypt") ? true : null),
        ("owner", snapshot.Word("owner")),
        ("notes", snapshot.Word("comment")));

    private static JsonObject Archive(JsonElement archive, DateTimeOffset now) => Values.Row(
        ("backup", archive.Word("volid")),
        ("vmid", StorageTools.OwnerOf(archive)),
        ("age_days", Values.Days(archive.Number("ctime"), now)),
        ("size_gib", archive.Gib("size")),
        ("verified", archive.TryGetProperty("verification", out JsonElement state) ? state.Word("state") : null),
        ("protected", archive.IsSet("protected") ? true : null),
        ("encrypted", archive.Text("encrypted") is { Length: > 0 } ? true : null),
        ("notes", archive.Word("notes")));

    private async Task<ToolAnswer> FilesAsync(ToolCall call, CancellationToken cancellationToken)
    {
        string backup = call.Required("backup");
        string path = call.Text("path") is { Length: > 0 } given ? "/" + given.Trim('/') : "/";
        string encoded = path == "/" ? "/" : Convert.ToBase64String(Encoding.UTF8.GetBytes(path));
        IReadOnlyList<JsonElement> entries;
        if (BackupName.TryParse(backup, out BackupName? name))
        {
            ApiParameters parameters = name.Parameters();
            parameters.Add("filepath", encoded);
            AgentSite site = sites.For(call, ProxmoxProduct.BackupServer);
            entries = await site.ListAsync($"/admin/datastore/{Uri.EscapeDataString(name.Store)}/catalog", parameters, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            entries = await RestoreListAsync(call, backup, encoded, cancellationToken).ConfigureAwait(false);
        }

        ToolAnswer answer = Rows.Page(call, [.. entries.Select(File)], s_files);
        answer.Value["path"] = path;
        if (name?.FetchCommand(path) is not { } fetch)
        {
            return answer;
        }

        // What is inside a backup may be secret: it goes to a file of the person, not through the agent.
        fetch = sites.For(call, ProxmoxProduct.BackupServer).WithCommands(fetch);
        answer.Value["fetch"] = fetch;
        return answer with { Text = $"{answer.Text}\nto get files from here: {fetch}" };
    }

    private async Task<IReadOnlyList<JsonElement>> RestoreListAsync(ToolCall call, string volume, string encoded, CancellationToken cancellationToken)
    {
        if (!sites.Has(ProxmoxProduct.VirtualEnvironment) || !volume.Contains(':', StringComparison.Ordinal))
        {
            throw new ToolException("usage", "The argument 'backup' is a backup as backup_list shows it.");
        }

        AgentSite site = sites.For(call, ProxmoxProduct.VirtualEnvironment);
        string storage = volume[..volume.IndexOf(':', StringComparison.Ordinal)];
        IReadOnlyList<JsonElement> resources = await site.ResourcesAsync("storage", cancellationToken).ConfigureAwait(false);
        string node = StorageTools.Places(resources, entry => entry.Text("storage") == storage).Select(static place => place.Node).FirstOrDefault()
            ?? throw new ToolException("not-found", $"No node has a storage '{storage}' that is available.");
        ApiParameters parameters = new() { { "volume", volume }, { "filepath", encoded } };
        string path = $"/nodes/{node}/storage/{Uri.EscapeDataString(storage)}/file-restore/list";
        return await site.ListAsync(path, parameters, cancellationToken).ConfigureAwait(false);
    }

    private static JsonObject File(JsonElement entry) => Values.Row(
        ("name", entry.Word("text")),
        ("type", entry.Text("type") switch { "d" => "folder", "f" => "file", "l" => "link", "v" => "archive", var other => other }),
        ("size", entry.Whole("size")),
        ("changed", entry.Time("mtime")));
}
