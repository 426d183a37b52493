using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>The nodes that have a storage. One that is not shared holds something else on each of them.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="IsShared">True if all nodes see the same.</param>
/// <param name="Ready">The nodes where it can be used, in their order; at least one.</param>
/// <param name="Away">The nodes where it cannot be used now.</param>
internal sealed record StorageNodes(string Storage, bool IsShared, IReadOnlyList<string> Ready, IReadOnlyList<string> Away)
{
    /// <summary>True if it matters which node is asked.</summary>
    public bool IsApart => !IsShared && Ready.Count + Away.Count > 1;

    /// <summary>Reads them.</summary>
    /// <exception cref="CliException">No node has the storage ready.</exception>
    public static async Task<StorageNodes> ReadAsync(VerbRun run, string storage, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiParameters filter = new() { { "type", "storage" } };
        JsonElement items = await session.ListAsync("/cluster/resources", filter, cancellationToken).ConfigureAwait(false);
        if (items.GetArrayLength() == 0)
        {
            // Who sees no storage at all is told by the server what that takes.
            await session.GetAsync($"/nodes/localhost/storage/{Uri.EscapeDataString(storage)}/status", [], cancellationToken).ConfigureAwait(false);
        }

        JsonElement[] own = [.. items.EnumerateArray().Where(item => StateValues.Text(item, "storage") == storage)];
        ILookup<bool, string> nodes = own.Where(static item => StateValues.Text(item, "node") is not null)
            .OrderBy(static item => StateValues.Text(item, "node"), StringComparer.Ordinal)
            .ToLookup(static item => StateValues.Text(item, "status") is "online" or "available", static item => StateValues.Text(item, "node")!);
        return nodes[true].Any()
            ? new StorageNodes(storage, own.Any(static item => StateValues.Text(item, "shared") == "1"), [.. nodes[true]], [.. nodes[false]])
            : throw NotFound(
                $"No node has the storage '{storage}' ready",
                own.Length > 0 ? "See: prox storage list" : $"See: prox storage list. It lists what the user may see (Datastore.Audit on /storage/{storage})");
    }

    /// <summary>Reads something on each node that is ready; those that cannot be read are a warning.</summary>
    /// <exception cref="ProxmoxException">None of them can be read.</exception>
    public async Task<IReadOnlyList<NodeAnswer<JsonElement>>> EachAsync(
        VerbRun run, IReadOnlyList<string> nodes, Func<string, CancellationToken, Task<ApiResponse<JsonElement>>> read, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodeAnswer<JsonElement>> all = await NodeReading.EachAsync(
            run, nodes, $"the storage '{Storage}'", async (node, token) => (await read(node, token).ConfigureAwait(false)).Data, cancellationToken).ConfigureAwait(false);
        foreach (string node in Away)
        {
            run.Command.Warn(TextCells.Visible($"the storage '{Storage}' is not ready on {node}: what is there is not looked at"));
        }

        return all;
    }

    /// <summary>Finds the nodes whose part of the storage holds a volume.</summary>
    /// <exception cref="CliException">None does.</exception>
    public async Task<IReadOnlyList<string>> HoldersAsync(VerbRun run, string volume, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> holders = await SeenHoldersAsync(run, volume, cancellationToken).ConfigureAwait(false);
        return holders.Count > 0
            ? holders
            : throw NotFound($"No node has the volume '{Id(volume)}': {string.Join(", ", Ready)}", $"See: prox storage content list {Storage}");
    }

    /// <summary>Finds the nodes whose part of the storage holds a volume, as far as it can be seen; empty if none does.</summary>
    public Task<IReadOnlyList<string>> SeenHoldersAsync(VerbRun run, string volume, CancellationToken cancellationToken) =>
        WithAsync(run, [], item => StateValues.Text(item, "volid") == Id(volume), cancellationToken);

    /// <summary>Finds the node whose part of the storage holds a volume.</summary>
    /// <exception cref="CliException">None does, or several do.</exception>
    public async Task<string> HolderAsync(VerbRun run, string volume, CancellationToken cancellationToken) =>
        One(run, await HoldersAsync(run, volume, cancellationToken).ConfigureAwait(false), $"The volume '{volume}'");

    /// <summary>Finds the node whose part of the storage holds backups; the first one if there are none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="guest">Only backups of this guest; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">Several do.</exception>
    public async Task<string> BackupsAsync(VerbRun run, string? guest, CancellationToken cancellationToken)
    {
        ApiParameters filter = new() { { "content", "backup" }, { "vmid", guest } };
        IReadOnlyList<string> holders = await WithAsync(run, filter, static _ => true, cancellationToken).ConfigureAwait(false);
        return holders.Count == 0 ? First(run) : One(run, holders, $"Backups on '{Storage}'");
    }

    /// <summary>Finds the node of a guest, because nobody else could use a disk elsewhere; the first one if there is no such guest.</summary>
    /// <param name="run">The run.</param>
    /// <param name="guest">The number of the guest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The storage is not ready on the node of the guest.</exception>
    public async Task<string> OfGuestAsync(VerbRun run, string guest, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiParameters filter = new() { { "type", "vm" } };
        JsonElement items = await session.ListAsync("/cluster/resources", filter, cancellationToken).ConfigureAwait(false);
        string? node = items.EnumerateArray()
            .Where(item => StateValues.Text(item, "vmid") == guest)
            .Select(static item => StateValues.Text(item, "node"))
            .FirstOrDefault();
        if (node is null)
        {
            return First(run);
        }

        if (!Ready.Contains(node))
        {
            throw NotFound(
                TextCells.Visible($"The guest {guest} is on {node}, where the storage '{Storage}' is not ready"),
                $"Choose another storage (prox storage list), or one of these nodes: --node {string.Join(", --node ", Ready)}");
        }

        run.Note(TextCells.Visible($"The storage '{Storage}' is another one on each node; this is about {node}, where the guest {guest} is."));
        return node;
    }

    /// <summary>Tells whether a node has the storage.</summary>
    public bool Has(string node) => Ready.Contains(node) || Away.Contains(node);

    /// <summary>Makes sure that a node has the storage.</summary>
    /// <exception cref="CliException">It has not.</exception>
    public void CheckNode(string node)
    {
        if (!Has(node))
        {
            throw NotFound(TextCells.Visible($"The node {node} does not have the storage '{Storage}'"), $"It is on: {string.Join(", ", Ready)}");
        }
    }

    /// <summary>Takes the first node that is ready, and says so where it matters.</summary>
    public string First(VerbRun run)
    {
        if (IsApart)
        {
            run.Note(TextCells.Visible($"The storage '{Storage}' is another one on each node; this is about {Ready[0]}. Choose with --node."));
        }

        return Ready[0];
    }

    private string One(VerbRun run, IReadOnlyList<string> nodes, string what)
    {
        if (nodes.Count > 1)
        {
            throw CliException.Usage(
                $"{what} {(what.StartsWith("The", StringComparison.Ordinal) ? "is" : "are")} on several nodes: {string.Join(", ", nodes)}",
                "Say which one is meant: --node NAME");
        }

        run.Note(TextCells.Visible($"The storage '{Storage}' is another one on each node; this is about {nodes[0]}."));
        return nodes[0];
    }

    private async Task<IReadOnlyList<string>> WithAsync(
        VerbRun run, ApiParameters filter, Func<JsonElement, bool> isMeant, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<NodeAnswer<JsonElement>> all = await EachAsync(run, Ready, (node, token) => session.GetAsync(
            $"/nodes/{Uri.EscapeDataString(node)}/storage/{Uri.EscapeDataString(Storage)}/content", filter, token), cancellationToken).ConfigureAwait(false);
        return [.. all.Where(item => item.Data.EnumerateArray().Any(isMeant)).Select(static item => item.Node)];
    }

    private string Id(string volume) => volume.StartsWith($"{Storage}:", StringComparison.Ordinal) ? volume : $"{Storage}:{volume}";

    private static CliException NotFound(string message, string hint) =>
        new(new CliError { Code = "not_found", ExitCode = ExitCodes.NotFound, Message = message, Hint = hint });
}
