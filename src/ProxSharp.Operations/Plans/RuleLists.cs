using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Text;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Lists of firewall rules. A rule has no name: it is known by its place alone, and that is another's once somebody has put a rule before it. So a way back
/// is gone only while the list is as the call has left it.
/// </summary>
internal static class RuleLists
{
    /// <summary>The parameter that moves a rule.</summary>
    public const string Move = "moveto";

    private const string Place = "/{pos}";

    // What people know a rule by, in the order in which they read it.
    private static readonly string[] s_shown = ["type", "action", "macro", "iface", "source", "dest", "proto", "sport", "dport", "comment"];

    /// <summary>The list that a call is on; null for a call on something else.</summary>
    public static string? Of(ApiSchema schema, PlannedCall call)
    {
        string path = call.ConcretePath;
        return IsOnRule(call) ? path[..path.LastIndexOf('/')]
            : call.Method == ApiMethod.Post && schema.Find(ApiMethod.Put, call.Path + Place) is not null ? path
            : null;
    }

    /// <summary>True for a call on one rule of a list.</summary>
    public static bool IsOnRule(PlannedCall call) => call.Path.EndsWith(Place, StringComparison.Ordinal);

    /// <summary>True for a call that moves a rule. Once others have put one before it, a move back would take another one.</summary>
    public static bool Moves(PlannedCall call) => call.Parameters.Find(Move) is { } place && place != call.Parameters.Find("pos");

    /// <summary>True for a call after which other rules have other places, or this one has.</summary>
    public static bool Shifts(PlannedCall call) => call.Method != ApiMethod.Put || Moves(call);

    /// <summary>What takes the making of a rule back; null where nobody can tell its place.</summary>
    /// <remarks>Proxmox: a new rule goes to the top of its list. Whether the server heeds another place is not known of all versions.</remarks>
    public static PlanRequest? Remove(PlannedCall call) =>
        call.Parameters.Find("pos") is null or "0" ? new PlanRequest(ApiMethod.Delete, $"{call.ConcretePath}/0") : null;

    /// <summary>What brings a rule back to its place: it is made at the top, and moved before the one that has taken its place.</summary>
    /// <param name="call">The removal.</param>
    /// <param name="made">The making of the rule again.</param>
    public static IEnumerable<PlanRequest> Recreate(PlannedCall call, PlanRequest made)
    {
        ApiParameters parameters = [];
        foreach (ApiParameter parameter in made.Parameters!.Where(static parameter => parameter.Name != "pos"))
        {
            parameters.Add(parameter);
        }

        yield return new PlanRequest(made.Method, made.Path, parameters);
        if (long.TryParse(call.Parameters.Find("pos"), NumberStyles.None, CultureInfo.InvariantCulture, out long place) && place > 0)
        {
            yield return new PlanRequest(ApiMethod.Put, $"{made.Path}/0", new ApiParameters { { Move, place + 1 } });
        }
    }

    /// <summary>The fact that says what a rule is, of which others may have written a part.</summary>
    public const string Fact = "rule";

    /// <summary>
    /// The lists of which several calls change something, and one of them the places: what is at a place when the plan is made is not what is there when
    /// the later call is made, so nobody knows the way back.
    /// </summary>
    public static HashSet<string> Shuffled(ApiSchema schema, IEnumerable<PlannedCall> calls) =>
    [
        .. calls.GroupBy(call => Of(schema, call), StringComparer.Ordinal)
            .Where(static list => list.Key is not null && list.Count() > 1 && list.Any(Shifts)).Select(static list => list.Key!),
    ];

    /// <summary>Says that there is no way back from the calls on a list that several change.</summary>
    public static string Shuffle(string list) => $"{Consequences.NoWayBack}the calls on {UntrustedText.Clean(list, 200)}: "
        + "several change it, and its rules are known by their place alone. Plan them one by one to keep a way back.";

    /// <summary>What a list says, whatever the server's digest of it is.</summary>
    public static async Task<string> StateAsync(ProxmoxClient client, string list, CancellationToken cancellationToken) =>
        JsonTexts.HashWithoutDigests((await client.Raw.GetAsync(list, cancellationToken: cancellationToken).ConfigureAwait(false)).Data);

    /// <summary>The rule at a place, for whoever decides about a call on it.</summary>
    public static string Describe(JsonElement rule)
    {
        string text = string.Join(' ', s_shown.Where(name => rule.Text(name) is { Length: > 0 }).Select(name => $"{name}={rule.Text(name)!.Trim()}"));
        return UntrustedText.Clean(rule.IsSet("enable") ? text : $"{text} (off)", 300);
    }
}
