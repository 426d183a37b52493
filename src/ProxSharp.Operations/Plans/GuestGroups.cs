using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests behind calls that name a group of them: all, those of a pool or a node, all but some.</summary>
internal sealed class GuestGroups(ProxmoxClient client)
{
    private static readonly string[] s_everybody = ["/stopall", "/startall", "/suspendall", "/migrateall"];

    /// <summary>True for calls that act on every guest unless some are named.</summary>
    public static bool IsBulk(PlannedCall call) => call.Path.StartsWith("/cluster/bulk-action/", StringComparison.Ordinal)
        || s_everybody.Any(end => call.Path.EndsWith(end, StringComparison.Ordinal));

    /// <summary>The numbers of the guests behind a call.</summary>
    /// <exception cref="GuardRefusedException">Nobody can tell who they are.</exception>
    public async Task<IEnumerable<TouchedGuest>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string[] vmids = (call.Method, call.Path) switch
        {
            // Proxmox: it ends whatever backups the node is making, of whom it does not say.
            (ApiMethod.Post, "/nodes/{node}/vzdump") when IsSet(call.Parameters.Find("stop")) =>
            [
                .. await OnNodeAsync(call, cancellationToken).ConfigureAwait(false),
                .. await SelectAsync(call.Parameters.Find, cancellationToken).ConfigureAwait(false),
            ],
            (ApiMethod.Post, "/nodes/{node}/vzdump") => Some(call, await SelectAsync(call.Parameters.Find, cancellationToken).ConfigureAwait(false)),
            (ApiMethod.Post, "/cluster/backup") => Some(call, await SelectAsync(call.Parameters.Find, cancellationToken).ConfigureAwait(false)),
            (ApiMethod.Put or ApiMethod.Delete, "/cluster/backup/{id}") => await OfJobAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Delete, "/nodes/{node}/tasks/{upid}") when IsForMany(call.Parameters.Find("upid")) =>
                await OnNodeAsync(call, cancellationToken).ConfigureAwait(false),
            // Proxmox: a node that has left takes its guests along, and their configurations.
            (ApiMethod.Post, "/nodes/{node}/status") or (ApiMethod.Delete, "/cluster/config/nodes/{node}") =>
                await OnNodeAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Delete, "/nodes/{node}/storage/{storage}/prunebackups") when call.Parameters.Find("vmid") is null =>
                await InBackupsAsync(call, cancellationToken).ConfigureAwait(false),
            _ => [],
        };
        return vmids.Select(static vmid => new TouchedGuest(vmid, MayBeGone: true));
    }

    private static string[] Some(PlannedCall call, string[] vmids) => vmids.Length > 0
        ? vmids
        : throw new GuardRefusedException("target", $"Nobody can tell which guests {call.Title} would act on: name them in 'vmid'.");

    /// <summary>The guests that a backup would take, by the rules of the server: numbers, else a pool, else all but the excluded.</summary>
    private async Task<string[]> SelectAsync(Func<string, string?> value, CancellationToken cancellationToken)
    {
        if (value("vmid") is { Length: > 0 })
        {
            // Those are read like all numbers in parameters; here they only stand against the group.
            return GuestNames.Split(value("vmid")!);
        }

        string? pool = value("pool");
        string[] excluded = GuestNames.Split(value("exclude") ?? "");
        if (pool is not { Length: > 0 } && !IsSet(value("all")) && excluded.Length == 0)
        {
            return [];
        }

        string? node = value("node");
        JsonElement[] all = await ResourcesAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. Guests(all)
                .Where(guest => pool is not { Length: > 0 } || GuardPolicy.IsIn(guest.Text("pool") ?? "", pool))
                .Where(guest => node is not { Length: > 0 } || guest.Text("node") == node)
                .Select(static guest => guest.Text("vmid")).OfType<string>()
                .Except(pool is { Length: > 0 } ? [] : excluded, StringComparer.Ordinal),
        ];
    }

    /// <summary>The guests of a job as it is, and as the call would make it.</summary>
    private async Task<string[]> OfJobAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement job = (await client.Raw.GetAsync(call.ConcretePath, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        string[] before = await SelectAsync(name => job.Text(name), cancellationToken).ConfigureAwait(false);
        if (call.Method == ApiMethod.Delete)
        {
            return before;
        }

        string[] gone =
        [
            .. call.Parameters.Where(static parameter => parameter.Name == "delete").SelectMany(static parameter => GuestNames.Split(parameter.Text)),
        ];
        string[] selectors = ["vmid", "pool", "all"];
        bool selects = selectors.Any(name => call.Parameters.Find(name) is not null);
        string? After(string name) => call.Parameters.Find(name)
            ?? (gone.Contains(name) || (selects && selectors.Contains(name)) ? null : job.Text(name));
        return Some(call, [.. before.Union(await SelectAsync(After, cancellationToken).ConfigureAwait(false), StringComparer.Ordinal)]);
    }

    /// <summary>The guests that go down with a node.</summary>
    private async Task<string[]> OnNodeAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string? node = call.Parameters.Find("node");
        JsonElement[] all = await ResourcesAsync(cancellationToken).ConfigureAwait(false);
        return all.Any(entry => entry.Text("type") == "node" && entry.Text("node") == node)
            ? [.. Guests(all).Where(guest => guest.Text("node") == node).Select(static guest => guest.Text("vmid")).OfType<string>()]
            : throw new GuardRefusedException("target", $"Nobody can tell which guests {call.Title} would act on: name the node as the cluster does.");
    }

    private async Task<string[]> InBackupsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string path = call.ConcretePath;
        JsonElement backups = (await client.Raw.GetAsync(
            $"{path[..path.LastIndexOf('/')]}/content", new ApiParameters { { "content", "backup" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        return [.. backups.EnumerateArray().Select(static backup => backup.Text("vmid")).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private async Task<JsonElement[]> ResourcesAsync(CancellationToken cancellationToken) =>
        [.. (await client.Raw.GetAsync("/cluster/resources", cancellationToken: cancellationToken).ConfigureAwait(false)).Data.EnumerateArray()];

    private static IEnumerable<JsonElement> Guests(IEnumerable<JsonElement> resources) =>
        resources.Where(static entry => entry.Text("type") is "qemu" or "lxc");

    // A task for several guests does not say for which.
    private static bool IsForMany(string? upid) => Upid.TryParse(upid, out Upid task)
        && task.EncodedId.Length == 0
        && (task.Type is "vzdump" or "startall" or "stopall" or "suspendall" or "migrateall" || task.Type.StartsWith("bulk", StringComparison.Ordinal));

    private static bool IsSet(string? flag) => flag?.ToLowerInvariant() is not (null or "" or "0" or "false" or "no" or "off");
}
