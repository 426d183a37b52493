using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads what goes with a namespace of a datastore, or with a whole one: all groups in it, and in the namespaces below.</summary>
internal sealed class NamespaceReader(ProxmoxClient client)
{
    // Each costs a request.
    private const int MostNamespaces = 64;

    private static readonly string[] s_identity = ["backup-type", "backup-id", "backup-time", "files", "size", "owner"];

    /// <summary>True for calls that remove backups of many groups: of a namespace, by rules, or with their datastore.</summary>
    public static bool IsFor(PlannedCall call) => call is { Method: ApiMethod.Delete, Path: "/admin/datastore/{store}/namespace" }
        || call is { Method: ApiMethod.Post, Path: "/admin/datastore/{store}/prune-datastore" }
        || (call is { Method: ApiMethod.Delete, Path: "/config/datastore/{name}" } && call.Parameters.Find("destroy-data") is not (null or "0" or "false"));

    public async Task<PlanTarget> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string root = call.Parameters.Find("ns") ?? "";
        string[] all = await BelowAsync(call, root, cancellationToken).ConfigureAwait(false);
        List<string> lines = [];
        bool isProtected = false;
        HashSet<int> guests = [];
        foreach (string ns in all)
        {
            ApiParameters inside = new() { { "ns", ns.Length > 0 ? ns : null } };
            JsonElement list = await GetAsync(call, "snapshots", inside, cancellationToken).ConfigureAwait(false);
            foreach (JsonElement snapshot in list.EnumerateArray())
            {
                isProtected |= snapshot.IsSet("protected");
                if (PolicyTarget.GuestOf(snapshot.Text("backup-type"), snapshot.Text("backup-id")) is { } guest)
                {
                    guests.Add(guest);
                }

                lines.Add($"{ns}\n{string.Join('\n', s_identity.Select(name => snapshot.Text(name)))}");
            }
        }

        string key = $"{StoreOf(call)}:{root}/";
        Dictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["datastore"] = StoreOf(call),
            ["namespaces"] = string.Join(',', all),
            ["snapshots"] = JsonTexts.Hash(string.Join('\n', lines.Order(StringComparer.Ordinal))),
        };
        Dictionary<string, string> facts = new(StringComparer.Ordinal)
        {
            ["namespaces"] = JsonTexts.Number(all.Length),
            ["snapshots"] = JsonTexts.Number(lines.Count),
        };
        return new PlanTarget($"namespace {key}", identity, "", facts)
        {
            // Proxmox: pruning leaves protected backups alone.
            Policy = new PolicyTarget($"the namespace {key}") { IsProtected = isProtected && call.Method == ApiMethod.Delete, BackupsOf = [.. guests] },
        };
    }

    private static string StoreOf(PlannedCall call) => call.Parameters.Find("store") ?? call.Parameters.Find("name") ?? "";

    private async Task<string[]> BelowAsync(PlannedCall call, string root, CancellationToken cancellationToken)
    {
        JsonElement list = await GetAsync(call, "namespace", new ApiParameters { { "parent", root.Length > 0 ? root : null } }, cancellationToken)
            .ConfigureAwait(false);
        string[] all =
        [
            .. list.EnumerateArray().Select(static entry => entry.Text("ns")).OfType<string>().Append(root)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return all.Length <= MostNamespaces
            ? all
            : throw new GuardRefusedException(
                "limit", $"{call.Title} is refused: {all.Length} namespaces would go; remove some of those below first, {MostNamespaces} at most at once.");
    }

    private async Task<JsonElement> GetAsync(PlannedCall call, string what, ApiParameters parameters, CancellationToken cancellationToken) =>
        (await client.Raw.GetAsync(
            $"/admin/datastore/{Uri.EscapeDataString(StoreOf(call))}/{what}", parameters, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
}
