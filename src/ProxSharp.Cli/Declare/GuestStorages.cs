using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>Looks whether the storages that new guests of a file name are on their nodes, and hold what is to be put there.</summary>
/// <param name="session">The cluster.</param>
/// <param name="file">The whole file: what it defines itself is not there yet.</param>
internal sealed class GuestStorages(ServerSession session, JsonElement file)
{
    /// <summary>The call that lists the storages of a node.</summary>
    public const string Reads = "GET /nodes/{node}/storage";

    private static readonly StateSight s_sight = new("/storage", "Datastore.Audit", "Datastore.AllocateSpace");

    private readonly Dictionary<string, Dictionary<string, string[]>?> _nodes = new(StringComparer.Ordinal);
    private bool? _seesAll;

    /// <summary>Says what is wrong with the storages of a guest, by storage.</summary>
    /// <param name="item">The guest as the file has it.</param>
    /// <param name="place">Where it is made.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyDictionary<string, string>> FaultsAsync(JsonElement item, GuestPlace place, CancellationToken cancellationToken)
    {
        Dictionary<string, string> faults = new(StringComparer.Ordinal);
        foreach ((string storage, string content) in Needed(item, place.Type).Where(need => !IsDefined(need.Storage)))
        {
            Dictionary<string, string[]>? known = await OfNodeAsync(place.Node, cancellationToken).ConfigureAwait(false);
            if (known?.TryGetValue(storage, out string[]? contents) == true)
            {
                if (!contents!.Contains(content) && !faults.ContainsKey(storage))
                {
                    faults.Add(storage, $"the storage '{storage}' on {place.Node} takes no {content}, but {string.Join(", ", contents!)}");
                }
            }
            else if (known is not null && await SeesAllAsync(cancellationToken).ConfigureAwait(false))
            {
                faults[storage] = $"there is no storage '{storage}' on {place.Node}";
            }
        }

        return faults;
    }

    // What is imported or inserted is a volume, whose storage lists it or does not; its own template is one, too.
    private static IEnumerable<(string Storage, string Content)> Needed(JsonElement item, string type)
    {
        string disks = type == "lxc" ? "rootdir" : "images";
        List<(string Storage, string Content)> needed = [];
        if (GuestPlace.Source(item) is null && StateValues.Text(item, "ostemplate") is { } template)
        {
            needed.Add((GuestDisk.Parse(template).Storage, "vztmpl"));
        }

        needed.Add((StateValues.Text(StateValues.Member(item, "clone"), "storage") ?? "", disks));
        if (StateValues.Member(item, "config") is { ValueKind: JsonValueKind.Object } config)
        {
            needed.AddRange(config.EnumerateObject().Where(static member => GuestDisk.IsKey(member.Name))
                .Select(static member => GuestDisk.Parse(StateValues.Wire(member.Value) ?? ""))
                .Where(static disk => !disk.Volume.StartsWith('/'))
                .Select(disk => (disk.Storage, disk.IsServersChoice ? disks : "iso")));
        }

        return needed.Where(static need => need.Storage.Length > 0);
    }

    private bool IsDefined(string storage) => StateValues.Items(StateValues.Member(file, "storages"), "storages")
        .Any(item => StateValues.Text(item, "storage") == storage);

    // Null where nobody can tell, as of a node that is down.
    private async Task<Dictionary<string, string[]>?> OfNodeAsync(string node, CancellationToken cancellationToken)
    {
        if (!_nodes.TryGetValue(node, out Dictionary<string, string[]>? known))
        {
            _nodes.Add(node, known = await ReadAsync(node, cancellationToken).ConfigureAwait(false));
        }

        return known;
    }

    private async Task<Dictionary<string, string[]>?> ReadAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement storages = await session.ListAsync($"/nodes/{Uri.EscapeDataString(node)}/storage", null, cancellationToken).ConfigureAwait(false);
            return storages.EnumerateArray().ToDictionary(
                static storage => StateValues.Text(storage, "storage")!,
                static storage => (StateValues.Text(storage, "content") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries),
                StringComparer.Ordinal);
        }
        catch (ProxmoxApiException)
        {
            return null;
        }
    }

    // A list leaves out what a user may not see.
    private async Task<bool> SeesAllAsync(CancellationToken cancellationToken) =>
        _seesAll ??= await s_sight.LackAsync(session, cancellationToken).ConfigureAwait(false) is null;
}
