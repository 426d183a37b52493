using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Looks through the configurations of all guests for those that depend on something.</summary>
/// <param name="client">Reads them. The list of all guests, and each configuration, is read once.</param>
/// <param name="among">The numbers of the guests that matter, where only some do: no others are read. Null for all.</param>
internal sealed class GuestConfigs(ProxmoxClient client, IReadOnlySet<int>? among = null)
{
    // So many configurations are read at once; a cluster has hundreds.
    public const int AtOnce = 8;

    // Each guest costs some requests. Up to here they are made in any case, to say who is protected.
    public const int AlwaysRead = 50;

    private readonly ConcurrentDictionary<string, JsonElement> _read = new(StringComparer.Ordinal);
    private JsonElement? _all;

    /// <summary>How many guests a plan may have: where many more depend on something, the rest is not even looked through. Null for any number.</summary>
    public int? Most { get; set; }

    /// <summary>The networks that guests are connected to.</summary>
    public NetworkUsers Networks => field ??= new NetworkUsers(client, this);

    /// <summary>A list with nothing in it.</summary>
    public static JsonElement Nothing { get; } = JsonElement.Parse("[]");

    /// <summary>
    /// The name of a node if the cluster has one of this name, else null, which stands for any: <c>localhost</c> is whichever answers, and a name that the
    /// cluster does not know is looked up elsewhere.
    /// </summary>
    public async Task<string?> NodeAsync(string? name, CancellationToken cancellationToken)
    {
        JsonElement all = await AllAsync(cancellationToken).ConfigureAwait(false);
        return all.EnumerateArray().Any(entry => entry.Text("type") == "node" && entry.Text("node") == name) ? name : null;
    }

    /// <summary>The names of the nodes that are not known to be down.</summary>
    public async Task<IReadOnlyList<string>> NodesUpAsync(CancellationToken cancellationToken) =>
    [
        .. (await AllAsync(cancellationToken).ConfigureAwait(false)).EnumerateArray()
            .Where(static entry => entry.Text("type") == "node" && entry.Text("status") != "offline")
            .Select(static entry => entry.Text("node")).OfType<string>(),
    ];

    /// <summary>The names of the nodes.</summary>
    public async Task<IReadOnlyList<string>> NodesAsync(CancellationToken cancellationToken) =>
    [
        .. (await AllAsync(cancellationToken).ConfigureAwait(false)).EnumerateArray().Where(static entry => entry.Text("type") == "node")
            .Select(static entry => entry.Text("node")).OfType<string>(),
    ];

    /// <summary>The guests on a node, or all of them.</summary>
    /// <param name="node">The node; null for any.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<IReadOnlyList<string>> OnAsync(string? node, CancellationToken cancellationToken) =>
        [.. (await ListAsync(node, cancellationToken).ConfigureAwait(false)).Select(static guest => guest.Text("vmid")).OfType<string>()];

    /// <summary>The path of a guest by its number; null if the cluster has none of it.</summary>
    public async Task<string?> PathAsync(string vmid, CancellationToken cancellationToken) =>
        (await AllAsync(cancellationToken).ConfigureAwait(false)).EnumerateArray()
            .Where(entry => entry.Text("type") is "qemu" or "lxc" && entry.Text("vmid") == vmid)
            .Select(entry => $"/nodes/{Uri.EscapeDataString(entry.Text("node") ?? "")}/{entry.Text("type")}/{vmid}")
            .FirstOrDefault();

    /// <summary>The configuration of a guest.</summary>
    /// <param name="guest">Its path.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<JsonElement> ConfigAsync(string guest, CancellationToken cancellationToken)
    {
        if (!_read.TryGetValue(guest, out JsonElement config))
        {
            config = (await client.Raw.GetAsync($"{guest}/config", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            _read[guest] = config;
        }

        return config;
    }

    /// <summary>The guests with a member in their configuration that is meant.</summary>
    /// <param name="isMeant">Decides, by name and value.</param>
    /// <param name="node">The node that the guests must be on; null for any.</param>
    /// <param name="question">What nobody can tell of a guest whose configuration cannot be read, as <c>has disks there</c>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="mayBe">Picks, from the list of the cluster, the guests that are read at all; null for all.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public Task<IReadOnlyList<string>> WithAsync(
        Func<string, string, bool> isMeant, string? node, string question, CancellationToken cancellationToken, Func<JsonElement, bool>? mayBe = null)
    {
        async Task<bool> HasAsync(string guest)
        {
            JsonElement config = await ConfigAsync(guest, cancellationToken).ConfigureAwait(false);
            return config.EnumerateObject().Any(member => isMeant(member.Name, member.Value.ToString()));
        }

        return WhereAsync(HasAsync, node, question, cancellationToken, mayBe);
    }

    /// <summary>The guests of which something is true.</summary>
    /// <param name="isTrue">Finds out, given the path of the guest.</param>
    /// <param name="node">The node that the guests must be on; null for any.</param>
    /// <param name="question">What nobody can tell of a guest that cannot be read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="mayBe">Picks, from the list of the cluster, the guests that are read at all; null for all.</param>
    /// <exception cref="GuardRefusedException">A guest cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> WhereAsync(
        Func<string, Task<bool>> isTrue, string? node, string question, CancellationToken cancellationToken, Func<JsonElement, bool>? mayBe = null)
    {
        async Task<bool> IsAsync(JsonElement guest)
        {
            try
            {
                return await isTrue($"/nodes/{guest.Text("node")}/{guest.Text("type")}/{guest.Text("vmid")}").ConfigureAwait(false);
            }
            catch (ProxmoxApiException e)
            {
                throw new GuardRefusedException(
                    "target", $"Nobody can tell whether guest {guest.Text("vmid")} {question}: its configuration cannot be read: {e.Message}", e);
            }
        }

        List<string> found = [];
        foreach (JsonElement[] some in (await ListAsync(node, cancellationToken).ConfigureAwait(false)).Where(guest => mayBe is null || mayBe(guest))
            .Chunk(AtOnce))
        {
            bool[] are = await Task.WhenAll(some.Select(IsAsync)).ConfigureAwait(false);
            found.AddRange(some.Zip(are).Where(static pair => pair.Second).Select(static pair => pair.First.Text("vmid")).OfType<string>());
            if (Most is { } most && found.Count > Math.Max(most, AlwaysRead) + AtOnce)
            {
                throw new GuardRefusedException("limit", $"The plan has at least {found.Count} targets; the policy allows {most} in one.");
            }
        }

        return found;
    }

    private async Task<IEnumerable<JsonElement>> ListAsync(string? node, CancellationToken cancellationToken)
    {
        JsonElement all = await AllAsync(cancellationToken).ConfigureAwait(false);
        return all.EnumerateArray().Where(entry => entry.Text("type") is "qemu" or "lxc" && (node is null || entry.Text("node") == node) && Matters(entry));
    }

    private bool Matters(JsonElement guest) => among is null
        || (int.TryParse(guest.Text("vmid"), NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) && among.Contains(vmid));

    private async Task<JsonElement> AllAsync(CancellationToken cancellationToken) =>
        _all ??= (await client.Raw.GetAsync("/cluster/resources", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
}
