using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Completion;

/// <summary>Names that belong to one guest or one datastore, and tasks.</summary>
internal sealed partial class LiveNames
{
    private const int MostTasks = 100;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> SnapshotsAsync(string noun, string guest, CancellationToken cancellationToken) =>
    [
        // Proxmox: the state that runs is listed among the snapshots under this name.
        .. (await OfGuestAsync(noun, guest, "snapshot", cancellationToken).ConfigureAwait(false))
            .Where(static snapshot => Text(snapshot, "name") is { } name && name != "current")
            .Select(static snapshot => new Candidate(Text(snapshot, "name")!, OneLine(Text(snapshot, "description")))),
    ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> ConfigKeysAsync(string noun, string guest, CancellationToken cancellationToken) =>
    [
        .. (await OfGuestAsync(noun, guest, "config", cancellationToken).ConfigureAwait(false))
            .Where(static config => config.ValueKind == JsonValueKind.Object)
            .SelectMany(static config => config.EnumerateObject())
            .Where(static member => member.Name is not ("digest" or "lxc"))
            .OrderBy(static member => member.Name, Comparer<string>.Create(Sorting.Natural))
            .Select(static member => new Candidate(member.Name, OneLine(member.Value.ToString()))),
    ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> TasksAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> tasks = context?.Product == ProxmoxProduct.BackupServer
            ? await ReadAsync(ProxmoxProduct.BackupServer, "/nodes/localhost/tasks", new ApiParameters { { "limit", (long)MostTasks } }, cancellationToken)
                .ConfigureAwait(false)
            : await ReadAsync(ProxmoxProduct.VirtualEnvironment, "/cluster/tasks", null, cancellationToken).ConfigureAwait(false);
        return
        [
            .. tasks.Where(static task => Text(task, "upid") is not null)
                .OrderByDescending(static task => Number(task, "starttime"))
                .Take(MostTasks)
                .Select(static task => new Candidate(
                    Text(task, "upid")!,
                    $"{Text(task, "type") ?? Text(task, "worker_type")} {Text(task, "id") ?? Text(task, "worker_id")}, {Text(task, "status") ?? "running"}")),
        ];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> DatastoresAsync(CancellationToken cancellationToken) =>
    [
        .. (await ReadAsync(ProxmoxProduct.BackupServer, "/admin/datastore", null, cancellationToken).ConfigureAwait(false))
            .Where(static store => Text(store, "store") is not null)
            .Select(static store => new Candidate(Text(store, "store")!, OneLine(Text(store, "comment")))),
    ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> BackupsAsync(string store, string? folder, bool withSnapshots, CancellationToken cancellationToken)
    {
        ApiParameters? parameters = folder is null ? null : new ApiParameters { { "ns", folder } };
        string path = $"/admin/datastore/{Uri.EscapeDataString(store)}";
        IReadOnlyList<JsonElement> groups = await ReadAsync(
            ProxmoxProduct.BackupServer, $"{path}/groups", parameters, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<JsonElement> snapshots = withSnapshots
            ? await ReadAsync(ProxmoxProduct.BackupServer, $"{path}/snapshots", parameters, cancellationToken).ConfigureAwait(false)
            : [];
        return
        [
            .. groups.Select(static group => new Candidate(Group(group), OneLine(Text(group, "comment")))),
            .. snapshots.OrderByDescending(static snapshot => Number(snapshot, "backup-time")).Select(
                static snapshot => new Candidate($"{Group(snapshot)}/{Time(snapshot)}", OneLine(Text(snapshot, "comment")))),
        ];
    }

    private async Task<IReadOnlyList<JsonElement>> OfGuestAsync(string noun, string guest, string what, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> items = await ItemsAsync(cancellationToken).ConfigureAwait(false);
        JsonElement? found = items.Where(item => Text(item, "type") is "qemu" or "lxc").Cast<JsonElement?>().FirstOrDefault(
            item => Id(item!.Value) == guest || (string.Equals(Text(item.Value, "name"), guest, StringComparison.OrdinalIgnoreCase) && Fits(item.Value, noun)));
        return found is { } one
            ? await ReadAsync(
                ProxmoxProduct.VirtualEnvironment,
                $"/nodes/{Uri.EscapeDataString(Text(one, "node")!)}/{Text(one, "type")}/{Id(one)}/{what}",
                null,
                cancellationToken).ConfigureAwait(false)
            : [];
    }

    private static bool Fits(JsonElement item, string noun) => Text(item, "type") == "qemu" ? noun is not "ct" : noun is not "vm";

    private static string Group(JsonElement item) => $"{Text(item, "backup-type")}/{Text(item, "backup-id")}";

    private static string Time(JsonElement item) => DateTimeOffset.FromUnixTimeSeconds(Number(item, "backup-time"))
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static long Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;

    private static string OneLine(string? text) => (text ?? "").ReplaceLineEndings(" ").Trim();
}
