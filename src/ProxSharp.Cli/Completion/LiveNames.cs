using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Completion;

/// <summary>Asks the server of the context with one short call, and remembers the answer for some seconds in the user's cache folder.</summary>
internal sealed partial class LiveNames(CommandRun run, ServerContext? context) : ILiveNames
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private static readonly Candidate[] s_conditions =
    [
        new("status=running", "guests that run"), new("status=stopped", "guests that do not run"), new("template=yes", "templates"),
        new("template=any", "templates too"),
    ];

    /// <inheritdoc/>
    public ProxmoxProduct Product => context?.Product ?? ProxmoxProduct.VirtualEnvironment;

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
            .. guests.Where(static guest => Text(guest, "name") is { } name && IsNamable(name))
                .Select(static guest => new Candidate(Text(guest, "name")!, $"{Id(guest)} on {Text(guest, "node")}, {Text(guest, "status")}")),
            .. guests.Select(static guest => new Candidate(Id(guest), $"{Text(guest, "name")} on {Text(guest, "node")}, {Text(guest, "status")}")),
            .. tags.Select(static tag => new Candidate($"@tag-{tag}", "guests with the tag")),
            .. guests.Select(static guest => Text(guest, "pool")).OfType<string>().Distinct(StringComparer.Ordinal).Select(
                static pool => new Candidate($"@pool-{pool}", "guests of the pool")),
            .. items.Where(static item => Text(item, "type") == "node").Select(
                static node => new Candidate($"@node-{Text(node, "node")}", "guests on the node")),
            .. guests.Length == 0 ? [] : s_conditions,
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

    private Task<IReadOnlyList<JsonElement>> ItemsAsync(CancellationToken cancellationToken) =>
        ReadAsync(ProxmoxProduct.VirtualEnvironment, "/cluster/resources", null, cancellationToken);

    // The items of a list, or the one object that the server answers.
    private async Task<IReadOnlyList<JsonElement>> ReadAsync(
        ProxmoxProduct product, string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        if (context?.Product != product)
        {
            return [];
        }

        string file = CacheFile(path + string.Concat((parameters ?? []).Select(static parameter => $"-{parameter.Name}-{parameter.Text}")));
        return Cached(file) ?? await AskAsync(context, path, parameters, file, cancellationToken).ConfigureAwait(false);
    }

    private List<JsonElement>? Cached(string file)
    {
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
    private async Task<IReadOnlyList<JsonElement>> AskAsync(
        ServerContext server, string path, ApiParameters? parameters, string file, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            ServerSession session = await ServerSession.OpenAsync(run, server, patience.Token).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                JsonElement items = (await session.GetAsync(path, parameters, patience.Token).ConfigureAwait(false)).Data;
                await RememberAsync(file, items, cancellationToken).ConfigureAwait(false);
                return items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [items];
            }
        }
        catch (Exception e) when (e is ProxmoxException or Errors.CliException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    // What a server has is nothing for other users of the machine.
    private async Task RememberAsync(string file, JsonElement items, CancellationToken cancellationToken)
    {
        // Under the name prox-ro nothing is written, by a Tab neither.
        if (run.Services.Environment.IsReadOnlyName)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await Secrets.PrivateFile.WriteAsync(file, JsonText.Compact(items), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // Without a cache the next Tab asks again, which is slower but right.
        }
    }

    private string CacheFile(string path)
    {
        string folder = run.Services.Environment.Variable("XDG_CACHE_HOME") ?? Path.Combine(run.Services.Environment.HomeDirectory, ".cache");
        string list = path == "/cluster/resources" ? "" : path.Replace('/', '-');
        return Path.Combine(folder, "prox", $"names-{Plain(context?.Name ?? "url")}{Plain(list)}.json");
    }

    // What is read as an option, a group or a list is offered by number alone; the scripts quote what their shells take apart.
    private static bool IsNamable(string name) =>
        name.Length > 0 && name[0] is not ('-' or '@') && !name.Any(static c => c is ',' or ';' || char.IsControl(c)) && name.Trim() == name;

    private static string Plain(string text) => string.Concat(text.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));

    private static List<JsonElement> Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement.Clone();
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
    }

    private static string Id(JsonElement item) => item.TryGetProperty("vmid", out JsonElement id) ? id.ToString() : "";

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
