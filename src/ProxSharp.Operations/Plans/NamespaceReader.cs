using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads what goes with a namespace of a datastore: all groups in it, and in the namespaces below.</summary>
internal sealed class NamespaceReader(ProxmoxClient client)
{
    // Each costs a request.
    private const int MostNamespaces = 64;

    private static readonly string[] s_identity = ["backup-type", "backup-id", "backup-time", "files", "size", "owner"];

    /// <summary>True for the call that removes a namespace.</summary>
    public static bool IsFor(PlannedCall call) => call is { Method: ApiMethod.Delete, Path: "/admin/datastore/{store}/namespace" };

    public async Task<PlanTarget> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string root = call.Parameters.Find("ns") ?? "";
        string[] all = await BelowAsync(call, root, cancellationToken).ConfigureAwait(false);
        List<string> lines = [];
        bool isProtected = false;
        foreach (string ns in all)
        {
            ApiParameters inside = new() { { "ns", ns.Length > 0 ? ns : null } };
            JsonElement list = await GetAsync(call, "snapshots", inside, cancellationToken).ConfigureAwait(false);
            foreach (JsonElement snapshot in list.EnumerateArray())
            {
                isProtected |= snapshot.IsSet("protected");
                lines.Add($"{ns}\n{string.Join('\n', s_identity.Select(name => snapshot.Text(name)))}");
            }
        }

        string key = $"{call.Parameters.Find("store")}:{root}/";
        Dictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["datastore"] = call.Parameters.Find("store") ?? "",
            ["namespaces"] = string.Join(',', all),
            ["snapshots"] = JsonTexts.Hash(string.Join('\n', lines.Order(StringComparer.Ordinal))),
        };
        Dictionary<string, string> facts = new(StringComparer.Ordinal)
        {
            ["namespaces"] = JsonTexts.Number(all.Length),
            ["snapshots"] = JsonTexts.Number(lines.Count),
        };
        return new PlanTarget($"namespace {key}", identity, "", facts) { Policy = new PolicyTarget($"the namespace {key}") { IsProtected = isProtected } };
    }

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
            $"/admin/datastore/{Uri.EscapeDataString(call.Parameters.Find("store") ?? "")}/{what}", parameters, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
}
