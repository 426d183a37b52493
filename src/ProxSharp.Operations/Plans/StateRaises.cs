using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that the state of the server makes worse than their parameters say: a backup to where older ones are pruned, a run or a change of a job that
/// sends backups to another server.
/// </summary>
internal sealed class StateRaises(ProxmoxClient client)
{
    private const string Jobs = "/config/sync/";

    private static readonly HashSet<string> s_sent = new(StringComparer.Ordinal) { "store", "ns", "max-depth", "group-filter" };

    /// <summary>Returns the call with the class that it has on this server.</summary>
    public async Task<PlannedCall> JudgeAsync(PlannedCall call, CancellationToken cancellationToken) => (client.Schema.Product, call.Method, call.Path) switch
    {
        (ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/nodes/{node}/vzdump" or "/cluster/backup") when call.Class < OperationClass.Destructive =>
            await PrunesAsync(call, cancellationToken).ConfigureAwait(false) ? call.AtLeast(OperationClass.Destructive) : call,
        (ProxmoxProduct.BackupServer, ApiMethod.Post, "/admin/sync/{id}/run") or (ProxmoxProduct.BackupServer, ApiMethod.Put, Jobs + "{id}")
            when call.Class < OperationClass.Privileged && (call.Method == ApiMethod.Post || call.Others.Any(ChangesWhatIsSent)) =>
            await PushesAsync(call, cancellationToken).ConfigureAwait(false) ? call.AtLeast(OperationClass.Privileged) : call,
        _ => call,
    };

    private static bool ChangesWhatIsSent(ApiParameter parameter) =>
        s_sent.Contains(parameter.Name) || (parameter.Name == "delete" && ItemLists.Split(parameter.Text).Any(s_sent.Contains));

    // Proxmox: unless it is told not to, a backup removes those that the rule of its storage keeps no longer.
    private async Task<bool> PrunesAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.Find("remove")?.Trim().ToLowerInvariant() is "0" or "false" or "no" or "off"
            || (call.Others.Any() && call.Others.All(static parameter => parameter.Name == "stop")))
        {
            return false;
        }

        if (call.Parameters.Find("maxfiles") is not null)
        {
            return true;
        }

        string? storage = call.Parameters.Find("storage");
        string? path = call.Path == "/cluster/backup"
            ? storage is null ? null : $"/storage/{Uri.EscapeDataString(storage)}"
            : $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/vzdump/defaults";
        JsonElement? place = path is null
            ? null
            : await ReadAsync(path, call.Path == "/cluster/backup" ? null : new ApiParameters { { "storage", storage } }, cancellationToken).ConfigureAwait(false);
        return place is not { ValueKind: JsonValueKind.Object } known || Prunes(known);
    }

    private static bool Prunes(JsonElement place)
    {
        if (place.Text("maxfiles") is { } most && most != "0")
        {
            return true;
        }

        if (!place.TryGetProperty("prune-backups", out JsonElement rule))
        {
            return false;
        }

        string[] items = rule.ValueKind == JsonValueKind.Object
            ? [.. rule.EnumerateObject().Select(static item => $"{item.Name}={item.Value}")]
            : ItemLists.Split(rule.ToString());
        return items.Any(static item => item.StartsWith("keep-", StringComparison.Ordinal) && !item.StartsWith("keep-all=", StringComparison.Ordinal))
            || items.Any(static item => item is "keep-all=0");
    }

    private async Task<bool> PushesAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement? job = await ReadAsync($"{Jobs}{Uri.EscapeDataString(call.Parameters.Find("id") ?? "")}", null, cancellationToken).ConfigureAwait(false);
        return job is not { } known || known.Text("sync-direction") == "push";
    }

    // What cannot be read may be the worst.
    private async Task<JsonElement?> ReadAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException)
        {
            return null;
        }
    }
}
