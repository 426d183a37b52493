using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests whose backups lie on disks of a backup server that a call overwrites or takes away.</summary>
internal sealed class HostDisks(ProxmoxClient client, NamespaceReader namespaces)
{
    private const string Directory = "/nodes/{node}/disks/directory/{name}";

    private static readonly HashSet<string> s_overwriting = new(StringComparer.Ordinal)
    {
        "/nodes/{node}/disks/wipedisk", "/nodes/{node}/disks/initgpt", "/nodes/{node}/disks/directory", "/nodes/{node}/disks/zfs",
    };

    // What such a disk holds is nobody's.
    private static readonly HashSet<string> s_free = new(StringComparer.Ordinal) { "unused", "" };

    /// <summary>True for a call that overwrites or takes away disks.</summary>
    public static bool IsAbout(PlannedCall call) => call.Method == ApiMethod.Delete
        ? call.Path == Directory
        : call.Method is ApiMethod.Put or ApiMethod.Post && s_overwriting.Contains(call.Path);

    /// <summary>The numbers of those guests; those of all datastores where nothing tells which of them are on a disk.</summary>
    /// <exception cref="GuardRefusedException">A datastore cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<int>> GuestsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Method != ApiMethod.Delete && await AreFreeAsync(call, cancellationToken).ConfigureAwait(false))
        {
            return [];
        }

        string mount = $"/mnt/datastore/{call.Parameters.Find("name")}";
        HashSet<int> guests = [];
        JsonElement stores = await GetAsync(call, "/config/datastore", cancellationToken).ConfigureAwait(false);
        foreach (JsonElement store in stores.EnumerateArray().Where(store => call.Method != ApiMethod.Delete || IsBelow(store, mount)))
        {
            BackupScope scope = new(store.Text("name") ?? "", "", null, BackupEffect.Unreachable);
            guests.UnionWith(await namespaces.GuestsAsync(call, scope, cancellationToken).ConfigureAwait(false));
        }

        return [.. guests.Order()];
    }

    // Proxmox: the path of one that can be taken out is below its mount point, and tells nothing.
    private static bool IsBelow(JsonElement store, string mount) => store.Text("backing-device") is null
        && store.Text("path")?.TrimEnd('/') is { } path
        && (path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal));

    private async Task<bool> AreFreeAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string[] named =
        [
            .. call.Others.Where(static parameter => parameter.Name is "disk" or "devices").SelectMany(static parameter => ItemLists.Split(parameter.Text)),
        ];
        JsonElement disks = await GetAsync(call, $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/disks/list", cancellationToken)
            .ConfigureAwait(false);
        return named.Length > 0 && named.All(name => disks.EnumerateArray().Any(
            disk => (disk.Text("name") == name || disk.Text("devpath") == name) && s_free.Contains(disk.Text("used") ?? "")));
    }

    private async Task<JsonElement> GetAsync(PlannedCall call, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell whose backups {call.Title} is about: {path} cannot be read: {e.Message}", e);
        }
    }
}
