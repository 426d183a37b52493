using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Finds the rules of high availability that change with a resource which is taken out of it. Proxmox: unless that is turned off, it leaves the rules that
/// name it, and a rule of it alone goes.
/// </summary>
internal static class PurgedRules
{
    private const string Resource = "/cluster/ha/resources/{sid}";

    private const string Rules = "/cluster/ha/rules";

    /// <summary>Tells whether a call may change rules.</summary>
    public static bool IsPossible(PlannedCall call) =>
        call.Method == ApiMethod.Delete && call.Template == Resource && call.Parameters.Find("purge") is not ("0" or "false" or "off" or "no");

    /// <summary>Returns the rules that a call changes, each with its resources before and after it.</summary>
    public static async Task<IReadOnlyList<ConfigChange>> ReadAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        if (!IsPossible(call))
        {
            return [];
        }

        string sid = Uri.UnescapeDataString(call.Path[(call.Path.LastIndexOf('/') + 1)..]);
        try
        {
            JsonElement rules = (await session.GetAsync(Rules, null, cancellationToken).ConfigureAwait(false)).Data;
            return rules.ValueKind == JsonValueKind.Array ? [.. rules.EnumerateArray().Select(rule => Change(call, rule, sid)).OfType<ConfigChange>()] : [];
        }
        catch (ProxmoxApiException)
        {
            // Servers from before such rules have none, and who may not read them hears of the removal from the server.
            return [];
        }
    }

    /// <summary>Says what comes of it, in a sentence; null if no rule changes.</summary>
    public static async Task<string?> EffectAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConfigChange> changes = await ReadAsync(session, call, cancellationToken).ConfigureAwait(false);
        string[] left = [.. changes.Where(static change => change.To is not null).Select(static change => change.Key)];
        string[] gone = [.. changes.Where(static change => change.To is null).Select(static change => change.Key)];
        string leaves = left.Length > 0 ? $"It is taken out of the HA {string.Join(" and the HA ", left)}" : "";
        string goes = gone.Length > 0 ? $"the HA {string.Join(" and the HA ", gone)}, of it alone, {(gone.Length > 1 ? "are" : "is")} removed" : "";
        string[] parts = [.. new[] { leaves, goes }.Where(static part => part.Length > 0)];
        string text = string.Join("; ", parts);
        return text.Length == 0 ? null : $"{char.ToUpperInvariant(text[0])}{text[1..]}. With purge turned off (--purge=false) rules stay as they are.";
    }

    private static ConfigChange? Change(PlannedCall call, JsonElement rule, string sid)
    {
        string from = StateValues.Text(rule, "resources") ?? "";
        string[] named = ItemLists.Split(from);
        string[] left = [.. named.Where(one => one != sid && one[(one.IndexOf(':', StringComparison.Ordinal) + 1)..] != sid)];
        return left.Length == named.Length
            ? null
            : new ConfigChange(call.Target, $"rule {StateValues.Text(rule, "rule")}", from, left.Length == 0 ? null : string.Join(',', left));
    }
}
