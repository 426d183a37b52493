using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads which backup a call is about: a snapshot, or a group with all its snapshots.</summary>
internal sealed class BackupReader(ProxmoxClient client)
{
    private static readonly string[] s_stable = ["backup-time", "files", "size", "owner", "protected", "fingerprint", "comment"];

    public async Task<PlanTarget> ReadAsync(PlannedCall call, bool isSnapshot, CancellationToken cancellationToken)
    {
        string Value(string name) => call.Parameters.Find(name) ?? "";
        string key = $"{Value("store")}:{Value("ns")}/{Value("backup-type")}/{Value("backup-id")}";
        ApiParameters filter = new ApiParameters
        {
            { "ns", call.Parameters.Find("ns") },
            { "backup-type", call.Parameters.Find("backup-type") },
            { "backup-id", call.Parameters.Find("backup-id") },
        };
        JsonElement list = (await client.Raw.GetAsync($"/admin/datastore/{Value("store")}/snapshots", filter, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        JsonElement[] found =
        [
            .. list.EnumerateArray()
                .Where(snapshot => !isSnapshot || snapshot.Text("backup-time") == Value("backup-time"))
                .OrderBy(static snapshot => snapshot.Text("backup-time"), StringComparer.Ordinal),
        ];
        if (found.Length == 0)
        {
            throw new GuardRefusedException("target", $"There is no backup {key}{(isSnapshot ? $" of {Value("backup-time")}" : "")}.");
        }

        Dictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["datastore"] = Value("store"),
            ["namespace"] = Value("ns"),
            ["group"] = $"{Value("backup-type")}/{Value("backup-id")}",
            ["times"] = string.Join(',', found.Select(static snapshot => snapshot.Text("backup-time"))),
        };
        string state = JsonTexts.Hash(string.Join('\n', found.SelectMany(static snapshot => s_stable.Select(name => snapshot.Text(name) ?? ""))));
        return new PlanTarget(key, identity, state, new Dictionary<string, string>())
        {
            Before = isSnapshot ? found[0].Clone() : default,
            Policy = new PolicyTarget(key) { IsProtected = found.Any(static snapshot => snapshot.IsSet("protected")) },
        };
    }
}
