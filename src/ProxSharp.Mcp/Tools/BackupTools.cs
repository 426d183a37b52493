using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;
using ProxSharp.Operations.Text;

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
            $$""" "guest":{"type":"string","description":"100, vm/100, ct/101 or a name"},"datastore":{"type":"string","description":"or storage"},{{Rows.Arguments}} """,
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
    public static async Task<IReadOnlyList<StoredSnapshot>> SnapshotsAsync(
        AgentSite site, Reading reading, string? store, BackupOwner? owner, CancellationToken cancellationToken)
    {
        List<StoredSnapshot> found = [];
        IEnumerable<string> stores = store is not null
            ? [store]
            : (await site.ListAsync("/admin/datastore", null, cancellationToken).ConfigureAwait(false))
                .Select(static entry => entry.Text("store")).OfType<string>();
        foreach (string name in stores)
        {
            foreach (JsonElement space in await reading.ListAsync($"/admin/datastore/{name}/namespace").ConfigureAwait(false))
            {
                string ns = space.Text("ns") ?? "";
                ApiParameters parameters = new()
                {
                    { "ns", ns.Length > 0 ? ns : null }, { "backup-type", owner?.Type }, { "backup-id", owner?.Id },
                };
                IReadOnlyList<JsonElement> snapshots = await reading.ListAsync($"/admin/datastore/{name}/snapshots", parameters).ConfigureAwait(false);
                found.AddRange(snapshots.Select(snapshot => new StoredSnapshot(name, ns, snapshot)));
            }
        }

        return found;
    }

    /// <summary>The backups on the storages of a cluster, as the content of storages shows them.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ArchivesAsync(
        AgentSite site, Reading reading, string? storage, BackupOwner? owner, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> resources = await site.ResourcesAsync("storage", cancellationToken).ConfigureAwait(false);
        bool Holds(JsonElement entry) =>
            (storage is null || entry.Text("storage") == storage) && entry.Text("content")?.Contains("backup", StringComparison.Ordinal) == true;
        (string Storage, string Node, bool IsShared)[] places = [.. StorageTools.Places(resources, Holds)];
        await StorageTools.MissAsync(reading, resources, Holds).ConfigureAwait(false);
        if (storage is not null && places.Length == 0)
        {
            throw new ToolException("not-found", $"No node of {site.Name} has a storage '{storage}' for backups that is available. storage_list shows them.");
        }

        List<JsonElement> found = [];
        foreach ((string name, string node, _) in places)
        {
            ApiParameters parameters = new() { { "content", "backup" }, { "vmid", owner?.Id } };
            IReadOnlyList<JsonElement> all =
                await reading.ListAsync($"/nodes/{node}/storage/{Uri.EscapeDataString(name)}/content", parameters).ConfigureAwait(false);
            found.AddRange(all.Where(archive => owner?.Fits(archive) != false));
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
        return reading.Complete(sites.Told(Rows.Page(call, [.. rows], s_stores), call, site, ProxmoxProduct.BackupServer));
    }

    private static string Jobs(IReadOnlyList<JsonElement> jobs, string? store)
    {
        string[] states = [.. jobs.Where(job => job.Text("store") == store).Select(static job => job.Text("last-run-state") ?? "never")];
        return states.Length == 0 ? "none" : states.FirstOrDefault(static state => !TaskTools.IsGood(state)) ?? states[0];
    }

    private async Task<ToolAnswer> ListAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = call.Has("context") || !sites.Has(ProxmoxProduct.BackupServer) ? sites.For(call) : sites.For(call, ProxmoxProduct.BackupServer);
        DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
        Reading reading = new(site, cancellationToken);
        string? place = call.Text("datastore");
        if (site.IsBackup && place is not null)
        {
            await CheckStoreAsync(site, place, cancellationToken).ConfigureAwait(false);
        }

        string? guest = call.Text("guest") is { Length: > 0 } named ? named : null;
        BackupOwner? owner = guest is null ? null : await BackupOwner.FindAsync(sites, site, reading, guest, cancellationToken).ConfigureAwait(false);
        JsonObject[] rows = site.IsBackup
            ? [.. (await SnapshotsAsync(site, reading, place, owner, cancellationToken).ConfigureAwait(false))
                .OrderByDescending(static entry => entry.Snapshot.Number("backup-time"))
                .Select(entry => Snapshot(entry.Store, entry.Namespace, entry.Snapshot, now))]
            : [.. (await ArchivesAsync(site, reading, place, owner, cancellationToken).ConfigureAwait(false))
                .OrderByDescending(static entry => entry.Number("ctime"))
                .Select(entry => Archive(entry, now))];
        if (rows.Length == 0 && owner is not null && reading.IsWhole)
        {
            await owner.CheckThereAsync(sites, site, reading, guest!, cancellationToken).ConfigureAwait(false);
        }

        ToolAnswer answer = Rows.Page(call, rows, s_backups);
        return reading.Complete(!call.Has("context") && sites.HasSeveral ? WithUnread(answer, site) : answer);
    }

    // Who names no context must not take it for an answer about all of them: the latest backup may be elsewhere.
    private ToolAnswer WithUnread(ToolAnswer answer, AgentSite site)
    {
        string others = string.Join(", ", sites.All.Where(each => each != site).Select(static each =>
            each.IsBackup ? each.Name : $"{each.Name} (the storages of the cluster)"));
        return Rows.WithNote(answer, $"read: {site.Name}; not looked at: {others}; choose one with context");
    }

    private async Task CheckStoreAsync(AgentSite site, string store, CancellationToken cancellationToken)
    {
        string?[] stores = await PlacesAsync(site, cancellationToken).ConfigureAwait(false);
        if (!stores.Contains(store))
        {
            throw new ToolException("not-found", $"{site.Name} has no datastore '{store}' that is to be seen; there are: {string.Join(", ", stores)}."
                + await ElsewhereAsync(site, store, cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task<string> ElsewhereAsync(AgentSite site, string store, CancellationToken cancellationToken)
    {
        foreach (AgentSite other in sites.All.Where(other => other != site))
        {
            try
            {
                if ((await PlacesAsync(other, cancellationToken).ConfigureAwait(false)).Contains(store))
                {
                    return $" {other.Name} has one of that name: call again with context={other.Name}.";
                }
            }
            catch (ProxmoxException)
            {
                // What another server does not tell is no part of the answer about this one.
            }
        }

        return "";
    }

    private static async Task<string?[]> PlacesAsync(AgentSite site, CancellationToken cancellationToken) => site.IsBackup
        ? [.. (await site.ListAsync("/admin/datastore", null, cancellationToken).ConfigureAwait(false)).Select(static entry => entry.Text("store"))]
        : [.. (await site.ResourcesAsync("storage", cancellationToken).ConfigureAwait(false)).Select(static entry => entry.Text("storage")).Distinct()];

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
        if (BackupName.LacksTime(backup))
        {
            throw new ToolException(
                "usage",
                $"'{UntrustedText.Clean(backup, 200)}' names a group of backups, or its time is not written as it is there: one backup is DATASTORE:[NS/]TYPE/ID/TIME, "
                    + "for example store1:host/laptop/2026-01-01T03:00:00Z. backup_list shows each in this form; its argument guest takes TYPE/ID.");
        }

        string path = call.Text("path") is { Length: > 0 } given ? "/" + given.Trim('/') : "/";
        string encoded = path == "/" ? "/" : Convert.ToBase64String(Encoding.UTF8.GetBytes(path));
        BackupName? name = BackupName.TryParse(backup, out BackupName? parsed) && !await IsVolumeAsync(call, parsed, cancellationToken).ConfigureAwait(false)
            ? parsed
            : null;
        if (name is null && call.Has("context") && sites.For(call).IsBackup)
        {
            throw new ToolException("usage", $"'{UntrustedText.Clean(backup, 200)}' names no backup of a datastore: write it as backup_list does, DATASTORE:[NS/]TYPE/ID/TIME.");
        }

        IReadOnlyList<JsonElement> entries = name is null
            ? await RestoreListAsync(call, backup, encoded, cancellationToken).ConfigureAwait(false)
            : await TreeAsync(sites.For(call, ProxmoxProduct.BackupServer), name, encoded, cancellationToken).ConfigureAwait(false);

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

    // A cluster calls a backup on a backup server vault:backup/vm/100/TIME, which a snapshot in a namespace "backup" could be called as well.
    private async Task<bool> IsVolumeAsync(ToolCall call, BackupName name, CancellationToken cancellationToken)
    {
        if (call.Has("context") || !sites.Has(ProxmoxProduct.BackupServer))
        {
            return !sites.For(call).IsBackup;
        }

        return name.Namespace == "backup" && sites.Has(ProxmoxProduct.VirtualEnvironment)
            && (await sites.For(call, ProxmoxProduct.VirtualEnvironment).ResourcesAsync("storage", cancellationToken).ConfigureAwait(false))
                .Any(entry => entry.Text("storage") == name.Store && entry.Text("plugintype") == "pbs");
    }

    private static async Task<IReadOnlyList<JsonElement>> TreeAsync(
        AgentSite site, BackupName name, string encoded, CancellationToken cancellationToken)
    {
        string store = $"/admin/datastore/{Uri.EscapeDataString(name.Store)}";
        ApiParameters parameters = name.Parameters();
        parameters.Add("filepath", encoded);
        try
        {
            return await site.ListAsync($"{store}/catalog", parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException e) when (e is not ProxmoxPermissionException)
        {
            // The server says only which file it did not find.
            string[] files = [.. (await site.ListAsync($"{store}/files", name.Parameters(), cancellationToken).ConfigureAwait(false))
                .Select(static file => file.Text("filename")).OfType<string>()];
            if (files.Any(static file => file.StartsWith("catalog.", StringComparison.Ordinal)))
            {
                throw;
            }

            throw new ToolException(
                "no-files",
                $"{name} has no list of files: it holds {string.Join(", ", files.Where(static file => !file.EndsWith(".blob", StringComparison.Ordinal)))}. "
                    + "Into images of disks a cluster can look: take the backup as backup_list shows it there, with the context of the cluster.");
        }
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
        JsonElement known = resources.FirstOrDefault(entry => entry.Text("storage") == storage && entry.Text("plugintype") is not null);
        if (known.Text("plugintype") is { } type && type != "pbs")
        {
            throw new ToolException(
                "no-files", $"{volume} has no list of files: '{storage}' is a storage of type {type}, and only backups on backup servers (type pbs) hold one.");
        }

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
