using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Completion;

/// <summary>Asks the server of the context with one short call, and remembers the answer for some seconds in the user's cache folder.</summary>
internal sealed class LiveNames(CommandRun run, ServerContext? context) : ILiveNames
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private IReadOnlyList<JsonElement>? _items;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> GuestsAsync(string noun, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> items = await ItemsAsync(cancellationToken).ConfigureAwait(false);
        JsonElement[] guests = [.. items.Where(
            item => Text(item, "type") is { } type && (type == "qemu" ? noun is not "ct" : type == "lxc" && noun is not "vm"))];
        IEnumerable<string> tags = guests.SelectMany(
            static guest => (Text(guest, "tags") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal);
        return
        [
            .. guests.Select(static guest => new Candidate(Text(guest, "name") ?? Id(guest), $"{Id(guest)} on {Text(guest, "node")}, {Text(guest, "status")}")),
            .. guests.Select(static guest => new Candidate(Id(guest), $"{Text(guest, "name")} on {Text(guest, "node")}, {Text(guest, "status")}")),
            .. tags.Select(static tag => new Candidate($"@tag-{tag}", "guests with the tag")),
            .. guests.Select(static guest => Text(guest, "pool")).OfType<string>().Distinct(StringComparer.Ordinal).Select(
                static pool => new Candidate($"@pool-{pool}", "guests of the pool")),
            .. items.Where(static item => Text(item, "type") == "node").Select(
                static node => new Candidate($"@node-{Text(node, "node")}", "guests on the node")),
        ];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> NodesAsync(CancellationToken cancellationToken) =>
        [.. (await ItemsAsync(cancellationToken).ConfigureAwait(false)).Where(static item => Text(item, "type") == "node").Select(
            static node => new Candidate(Text(node, "node")!, Text(node, "status") ?? ""))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> StoragesAsync(CancellationToken cancellationToken) =>
    [
        .. (await ItemsAsync(cancellationToken).ConfigureAwait(false))
            .Where(static item => Text(item, "type") == "storage")
            .DistinctBy(static item => Text(item, "storage"))
            .Select(static storage => new Candidate(Text(storage, "storage")!, Text(storage, "plugintype") ?? "")),
    ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> PoolsAsync(CancellationToken cancellationToken) =>
        [.. (await ItemsAsync(cancellationToken).ConfigureAwait(false))
            .Select(static item => Text(item, "pool")).OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Select(static pool => new Candidate(pool))];

    /// <inheritdoc/>
    public IReadOnlyList<Candidate> Contexts() =>
        [.. run.Services.Contexts.Load().Items.Select(static item => new Candidate(item.Name!, item.ProductName))];

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(CancellationToken cancellationToken) =>
        _items ??= Cached() ?? await AskAsync(cancellationToken).ConfigureAwait(false);

    private List<JsonElement>? Cached()
    {
        string file = CacheFile();
        try
        {
            bool isFresh = File.Exists(file) && run.Services.Time.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(file)) < s_fresh;
            return isFresh ? Parse(File.ReadAllText(file)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            // A cache that cannot be read is as good as none: the server is asked.
            return null;
        }
    }

    // Somebody who presses Tab wants no errors: what the server does not tell is not offered.
    private async Task<IReadOnlyList<JsonElement>> AskAsync(CancellationToken cancellationToken)
    {
        if (context is not { Product: ProxmoxProduct.VirtualEnvironment })
        {
            return [];
        }

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            ServerSession session = await ServerSession.OpenAsync(run, context, patience.Token).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                JsonElement items = (await session.GetAsync("/cluster/resources", null, patience.Token).ConfigureAwait(false)).Data;
                Remember(items);
                return [.. items.EnumerateArray()];
            }
        }
        catch (Exception e) when (e is ProxmoxException or Errors.CliException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private void Remember(JsonElement items)
    {
        string file = CacheFile();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, JsonText.Compact(items));
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // Without a cache the next Tab asks again, which is slower but right.
        }
    }

    private string CacheFile()
    {
        string folder = run.Services.Environment.Variable("XDG_CACHE_HOME") ?? Path.Combine(run.Services.Environment.HomeDirectory, ".cache");
        string name = string.Concat((context?.Name ?? "url").Where(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));
        return Path.Combine(folder, "prox", $"names-{name}.json");
    }

    private static List<JsonElement> Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static item => item.Clone())];
    }

    private static string Id(JsonElement item) => item.TryGetProperty("vmid", out JsonElement id) ? id.ToString() : "";

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
