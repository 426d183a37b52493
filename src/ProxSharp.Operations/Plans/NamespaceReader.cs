using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads what is in a namespace of a datastore, or in a whole one: all groups in it, and in the namespaces below.</summary>
internal sealed class NamespaceReader(ProxmoxClient client)
{
    // Each costs a request.
    private const int MostNamespaces = 64;

    private static readonly string[] s_identity = ["backup-type", "backup-id", "backup-time", "files", "size", "owner"];

    /// <summary>The guests whose backups are in a scope.</summary>
    /// <exception cref="GuardRefusedException">They cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<int>> GuestsAsync(PlannedCall call, BackupScope scope, CancellationToken cancellationToken)
    {
        HashSet<int> guests = [];
        foreach (string ns in await BelowAsync(call, scope, cancellationToken).ConfigureAwait(false))
        {
            guests.UnionWith(Guests(await GetAsync(call, scope, "groups", Inside(ns), cancellationToken).ConfigureAwait(false)));
        }

        if (scope.Remote is { } remote)
        {
            guests.UnionWith(await GuestsThereAsync(call, scope, remote, cancellationToken).ConfigureAwait(false));
        }

        return [.. guests.Order()];
    }

    private static IEnumerable<int> Guests(JsonElement groups) => groups.EnumerateArray()
        .Select(static group => PolicyTarget.GuestOf(group.Text("backup-type"), group.Text("backup-id"))).OfType<int>();

    /// <summary>The guests whose backups are where a push goes: those that have no more here are removed there.</summary>
    private async Task<IEnumerable<int>> GuestsThereAsync(PlannedCall call, BackupScope scope, string remote, CancellationToken cancellationToken)
    {
        string root = $"/config/remote/{Uri.EscapeDataString(remote)}/scan/{Uri.EscapeDataString(scope.RemoteStore)}";
        JsonElement list = await ReadAsync(call, $"{root}/namespaces", null, cancellationToken).ConfigureAwait(false);
        string[] all = Few(call, list.EnumerateArray().Select(static entry => entry.Text("ns")).OfType<string>().Append(scope.RemoteNamespace)
            .Where(scope.CoversThere));
        HashSet<int> guests = [];
        foreach (string ns in all)
        {
            ApiParameters inside = new() { { "namespace", ns.Length > 0 ? ns : null } };
            guests.UnionWith(Guests(await ReadAsync(call, $"{root}/groups", inside, cancellationToken).ConfigureAwait(false)));
        }

        return guests;
    }

    /// <summary>Reads all backups in a scope: a plan is about those and no others.</summary>
    /// <exception cref="GuardRefusedException">They cannot be read, or are in too many namespaces.</exception>
    public async Task<PlanTarget> ReadAsync(PlannedCall call, BackupScope scope, CancellationToken cancellationToken)
    {
        string[] all = await BelowAsync(call, scope, cancellationToken).ConfigureAwait(false);
        List<string> lines = [];
        List<(string, JsonElement)> snapshots = [];
        bool isProtected = false;
        HashSet<int> guests = [];
        foreach (string ns in all)
        {
            JsonElement list = await GetAsync(call, scope, "snapshots", Inside(ns), cancellationToken).ConfigureAwait(false);
            foreach (JsonElement snapshot in list.EnumerateArray())
            {
                snapshots.Add((ns, snapshot));
                isProtected |= snapshot.IsSet("protected");
                if (PolicyTarget.GuestOf(snapshot.Text("backup-type"), snapshot.Text("backup-id")) is { } guest)
                {
                    guests.Add(guest);
                }

                lines.Add($"{ns}\n{string.Join('\n', s_identity.Select(name => snapshot.Text(name)))}");
            }
        }

        string key = $"{scope.Store}:{scope.Namespace}/";
        Dictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["datastore"] = scope.Store,
            ["namespaces"] = string.Join(',', all),
            ["snapshots"] = JsonTexts.Hash(string.Join('\n', lines.Order(StringComparer.Ordinal))),
        };
        Dictionary<string, string> facts = new(StringComparer.Ordinal)
        {
            ["namespaces"] = JsonTexts.Number(all.Length),
            ["snapshots"] = JsonTexts.Number(lines.Count),
        };
        foreach ((string name, string value) in await new PrunePreview(client).OfSnapshotsAsync(call, snapshots, cancellationToken).ConfigureAwait(false))
        {
            facts[name] = value;
        }

        return new PlanTarget($"namespace {key}", identity, "", facts)
        {
            // Proxmox: pruning leaves protected backups alone.
            Policy = new PolicyTarget($"the namespace {key}") { IsProtected = isProtected && scope.Effect == BackupEffect.Removed, BackupsOf = [.. guests] },
        };
    }

    private static ApiParameters Inside(string ns) => new() { { "ns", ns.Length > 0 ? ns : null } };

    private async Task<string[]> BelowAsync(PlannedCall call, BackupScope scope, CancellationToken cancellationToken)
    {
        string root = scope.Namespace;
        JsonElement list = await GetAsync(call, scope, "namespace", new ApiParameters { { "parent", root.Length > 0 ? root : null } }, cancellationToken)
            .ConfigureAwait(false);
        return Few(call, list.EnumerateArray().Select(static entry => entry.Text("ns")).OfType<string>().Append(root).Where(scope.Covers));
    }

    private static string[] Few(PlannedCall call, IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return all.Length <= MostNamespaces
            ? all
            : throw new GuardRefusedException(
                "limit", $"{call.Title} is refused: it is about {all.Length} namespaces; take those below first, {MostNamespaces} at most at once.");
    }

    private Task<JsonElement> GetAsync(
        PlannedCall call, BackupScope scope, string what, ApiParameters parameters, CancellationToken cancellationToken) =>
        ReadAsync(call, $"/admin/datastore/{Uri.EscapeDataString(scope.Store)}/{what}", parameters, cancellationToken);

    private async Task<JsonElement> ReadAsync(PlannedCall call, string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell whose backups {call.Title} is about: they cannot be read: {e.Message}", e);
        }
    }
}
