using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>Looks for the volumes that a file attaches to guests, and those that it makes new ones from.</summary>
internal static class GuestVolumes
{
    /// <summary>The call that lists what is on a storage.</summary>
    public const string Reads = "GET /nodes/{node}/storage/{storage}/content";

    /// <summary>Finds those that are not on their storage. Each storage is asked once, and only if the file attaches a volume of it.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="items">The guests of the file, by number.</param>
    /// <param name="guests">Those of them that are there.</param>
    /// <param name="configs">Their configurations.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<HashSet<string>> LostAsync(
        ServerSession session, Dictionary<string, JsonElement> items, JsonElement[] guests, JsonElement[] configs, JsonElement file, CancellationToken cancellationToken)
    {
        HashSet<string> lost = new(StringComparer.Ordinal);
        Dictionary<string, HashSet<string>?> contents = new(StringComparer.Ordinal);
        for (int at = 0; at < guests.Length; at++)
        {
            string id = StateValues.Text(guests[at], "vmid")!;
            foreach (GuestDisk disk in Attached(StateValues.Member(items[id], "config"), configs[at], id))
            {
                if (await IsLostAsync(session, StateValues.Text(guests[at], "node")!, disk, contents, file, cancellationToken).ConfigureAwait(false))
                {
                    lost.Add(disk.Volume);
                }
            }
        }

        return lost;
    }

    /// <summary>Finds those that a guest is made from and that are not on their storage.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="item">The guest as the file has it.</param>
    /// <param name="node">Where it is made.</param>
    /// <param name="contents">What is known of the storages.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="isLeftOut">Tells which storages are not asked, because what is wrong with them is known.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<IReadOnlyList<string>> LostOfNewAsync(
        ServerSession session,
        JsonElement item,
        string node,
        Dictionary<string, HashSet<string>?> contents,
        JsonElement file,
        Predicate<string> isLeftOut,
        CancellationToken cancellationToken)
    {
        List<string> lost = [];
        foreach (GuestDisk disk in Needed(item).Where(disk => !isLeftOut(disk.Storage)))
        {
            if (await IsLostAsync(session, node, disk, contents, file, cancellationToken).ConfigureAwait(false))
            {
                lost.Add(disk.Volume);
            }
        }

        return lost;
    }

    private static async Task<bool> IsLostAsync(
        ServerSession session,
        string node,
        GuestDisk disk,
        Dictionary<string, HashSet<string>?> contents,
        JsonElement file,
        CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(node)}/storage/{Uri.EscapeDataString(disk.Storage)}/content";
        if (!contents.TryGetValue(path, out HashSet<string>? content))
        {
            bool isDefined = StateValues.Items(StateValues.Member(file, "storages"), "storages")
                .Any(storage => StateValues.Text(storage, "storage") == disk.Storage);
            contents.Add(path, content = await ContentAsync(session, path, isDefined, cancellationToken).ConfigureAwait(false));
        }

        return content?.Contains(disk.Identity) == false;
    }

    // Disks of its own are made; the template, images of discs and what is imported must be there.
    private static IEnumerable<GuestDisk> Needed(JsonElement item)
    {
        List<string> volumes = [];
        if (GuestPlace.Source(item) is null && StateValues.Text(item, "ostemplate") is { } template)
        {
            volumes.Add(template);
        }

        if (StateValues.Member(item, "config") is { ValueKind: JsonValueKind.Object } config)
        {
            foreach (JsonProperty member in config.EnumerateObject().Where(static member => GuestDisk.IsKey(member.Name)))
            {
                GuestDisk disk = GuestDisk.Parse(StateValues.Wire(member.Value) ?? "");
                volumes.AddRange(disk.Options.Where(static option => option.Key == "import-from").Select(static option => option.Value));
                volumes.AddRange(disk.IsServersChoice ? (string[])[] : [disk.Volume]);
            }
        }

        return volumes.Where(static volume => !volume.StartsWith('/')).Select(GuestDisk.Parse).Where(static disk => disk.Storage.Length > 0);
    }

    // Null where nobody can tell: of a storage that this user may not list, or that the same file defines. The server says it then when its turn comes.
    private static async Task<HashSet<string>?> ContentAsync(ServerSession session, string path, bool isDefined, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement content = await session.ListAsync(path, null, cancellationToken).ConfigureAwait(false);
            return [.. content.EnumerateArray().Select(static volume => GuestDisk.Parse(StateValues.Text(volume, "volid") ?? "").Identity)];
        }
        catch (ProxmoxApiException unknown) when (isDefined || unknown is ProxmoxPermissionException)
        {
            return null;
        }
    }

    // What is in the configuration is there, also as an unused disk.
    private static IEnumerable<GuestDisk> Attached(JsonElement wanted, JsonElement present, string id)
    {
        if (wanted.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (JsonProperty member in wanted.EnumerateObject().Where(static member => GuestDisk.IsKey(member.Name)))
        {
            GuestDisk disk = GuestDisk.Parse(StateValues.Wire(member.Value) ?? "");
            if (disk.Owner == id && !disk.IsCloudInit && !present.EnumerateObject().Any(
                other => (GuestDisk.IsKey(other.Name) || other.Name.StartsWith("unused", StringComparison.Ordinal)) && Has(other, member.Name, disk)))
            {
                yield return disk;
            }
        }
    }

    private static bool Has(JsonProperty present, string key, GuestDisk disk)
    {
        GuestDisk other = GuestDisk.Parse(StateValues.Text(present.Value) ?? "");
        return other.Identity == disk.Identity || (present.Name == key && disk.Means(other));
    }
}
