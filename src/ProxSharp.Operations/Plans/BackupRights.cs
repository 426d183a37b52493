using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests on whose backups a backup server gives, or takes, rights: those of a datastore, of a namespace in it, or of all.</summary>
internal sealed class BackupRights(ProxmoxClient client, NamespaceReader namespaces)
{
    /// <summary>True for a call that gives or takes rights.</summary>
    public static bool IsAbout(PlannedCall call) => call is { Method: ApiMethod.Put, Path: "/access/acl" };

    /// <summary>The numbers of those guests.</summary>
    /// <exception cref="GuardRefusedException">A datastore cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<int>> GuestsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        bool goesDown = call.Parameters.Find("propagate")?.ToLowerInvariant() is not ("0" or "false" or "no" or "off");
        switch ((call.Parameters.Find("path") ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["datastore", var store, .. var ns]:
                return await InAsync(call, store, string.Join('/', ns), goesDown ? null : 0, cancellationToken).ConfigureAwait(false);
            case [] or ["datastore"] when goesDown:
                HashSet<int> guests = [];
                foreach (string store in await StoresAsync(call, cancellationToken).ConfigureAwait(false))
                {
                    guests.UnionWith(await InAsync(call, store, "", null, cancellationToken).ConfigureAwait(false));
                }

                return [.. guests.Order()];
            default:
                return [];
        }
    }

    private Task<IReadOnlyList<int>> InAsync(PlannedCall call, string store, string ns, int? depth, CancellationToken cancellationToken) =>
        namespaces.GuestsAsync(call, new BackupScope(store, ns, depth, BackupEffect.Unreachable), cancellationToken);

    private async Task<string[]> StoresAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement stores = (await client.Raw.GetAsync("/admin/datastore", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return [.. stores.EnumerateArray().Select(static store => store.Text("store")).OfType<string>()];
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException(
                "target", $"Nobody can tell whose backups {call.Title} gives rights on: the datastores cannot be read: {e.Message}", e);
        }
    }
}
