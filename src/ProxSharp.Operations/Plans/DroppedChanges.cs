using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads what waits to be put in force and is dropped by a call, or put in force by it: changes of a guest that wait for its next start, and of the interfaces of
/// a node. They are kept nowhere else.
/// </summary>
/// <param name="client">Reads what waits in guests.</param>
/// <param name="networks">Reads what waits in nodes.</param>
internal sealed class DroppedChanges(ProxmoxClient client, NetworkUsers networks)
{
    /// <summary>How the facts begin whose values others have written.</summary>
    public const string Start = "drops";

    private const string InForce = "puts in force";
    private const string Network = "/nodes/{node}/network";
    private const int MostLines = 60;

    /// <summary>True for the name of such a fact.</summary>
    public static bool IsFact(string name) => name is InForce or Start || name.StartsWith(Start + " ", StringComparison.Ordinal);

    /// <summary>What is dropped, by name; empty where a call drops nothing.</summary>
    /// <exception cref="GuardRefusedException">The interfaces of a node cannot be read, so that nobody can tell.</exception>
    public async Task<Dictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (call.Path == Network && call.Method is ApiMethod.Delete or ApiMethod.Put)
        {
            string staged = await networks.StagedAsync(call.Parameters.Find("node") ?? "", cancellationToken).ConfigureAwait(false);
            if (Lines(staged) is { Length: > 0 } lines)
            {
                found[call.Method == ApiMethod.Delete ? Start : InForce] = lines;
            }
        }
        else if (GuestNames.IsConfig(call))
        {
            await AddAsync(found, call, cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    // Of a comparison what is taken away and what comes, without what stands around it.
    private static string Lines(string difference)
    {
        List<string> lines = [];
        foreach (string line in difference.Split('\n'))
        {
            if (line.Length > 1 && line[0] is '+' or '-' && !line.StartsWith("+++", StringComparison.Ordinal) && !line.StartsWith("---", StringComparison.Ordinal)
                && line[1..].Trim() is { Length: > 0 } text)
            {
                lines.Add($"{line[0]}{text}");
            }
        }

        string rest = lines.Count > MostLines ? $"; and {JsonTexts.Number(lines.Count - MostLines)} lines more ({JsonTexts.Hash(difference)[..12]})" : "";
        return string.Join("; ", lines.Take(MostLines)) + rest;
    }

    // Proxmox: who takes a setting away also drops what it was to become.
    private async Task AddAsync(Dictionary<string, string> found, PlannedCall call, CancellationToken cancellationToken)
    {
        string[] reverted = [.. ItemLists.Split(call.Parameters.Find("revert") ?? "")];
        string[] names = [.. reverted.Union(ItemLists.Deleted(call.Parameters), StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        string path = $"{call.ConcretePath[..call.ConcretePath.LastIndexOf('/')]}/pending";
        if (await StandingRules.ReadAsync(client, path, null, cancellationToken).ConfigureAwait(false) is not { ValueKind: JsonValueKind.Array } all)
        {
            foreach (string name in reverted)
            {
                found[$"{Start} {name}"] = StandingRules.Unreadable;
            }

            return;
        }

        foreach (JsonElement entry in all.EnumerateArray())
        {
            if (entry.Text("key") is { } name && Array.IndexOf(names, name) >= 0)
            {
                string? waiting = entry.Text("pending") ?? (ChangedJob.IsOn(entry.Text("delete")) ? "its removal" : null);
                if (waiting is not null)
                {
                    found[$"{Start} {name}"] = Secrets.Show(name, waiting);
                }
            }
        }
    }
}
