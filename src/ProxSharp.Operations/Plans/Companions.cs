using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests that move along with one: rules of high availability keep them on the same node.</summary>
internal sealed class Companions(ProxmoxClient client)
{
    /// <summary>True for a call that moves guests.</summary>
    public static bool IsAbout(PlannedCall call) => call.Method == ApiMethod.Post && Moves.IsMatch(call.Path);

    /// <summary>Those companions, the moved guests not among them.</summary>
    /// <exception cref="GuardRefusedException">The rules cannot be read, so that nobody can tell.</exception>
    public async Task<IEnumerable<string>> OfAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string[] moved = [.. GuestNames.NamedAnyhow(call).Distinct(StringComparer.Ordinal)];
        string[][] rules =
        [
            .. (await RulesAsync(call, cancellationToken).ConfigureAwait(false)).EnumerateArray()
                .Where(static rule => rule.Text("type") == "resource-affinity" && rule.Text("affinity") == "positive" && !rule.IsSet("disable"))
                .Select(static rule => GuestNames.OfHaResources(rule.Text("resources") ?? "").ToArray()),
        ];

        // Proxmox: rules that share a guest hold for all of theirs.
        HashSet<string> together = [.. moved];
        while (rules.FirstOrDefault(rule => rule.Any(together.Contains) && !rule.All(together.Contains)) is { } rule)
        {
            together.UnionWith(rule);
        }

        return together.Except(moved, StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private async Task<JsonElement> RulesAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync("/cluster/ha/rules", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e) when (e is ProxmoxPermissionException || e.StatusCode == HttpStatusCode.NotImplemented)
        {
            // A server from before such rules has none, and what the token does not see the guard does not either.
            return GuestConfigs.Nothing;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell which guests {call.Title} moves along: the rules cannot be read: {e.Message}", e);
        }
    }

    private static Regex Moves => field ??= new(
        @"^(/cluster/ha/resources/\{sid\}/(migrate|relocate)|/nodes/\{node\}/((qemu|lxc)/\{vmid\}/migrate|migrateall)|/cluster/bulk-action/guest/migrate)$",
        RegexOptions.ExplicitCapture);
}
