using ProxSharp.Api;
using ProxSharp.Operations.Text;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>Lets the server itself compare: a call on a configuration that was changed meanwhile is refused there.</summary>
internal static class Digests
{
    private const string Name = "digest";

    /// <summary>Adds the digest of what a call changes, where it takes one.</summary>
    /// <param name="schema">The API.</param>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    /// <param name="isFirst">
    /// True for the first call of a plan. What is no guest shares a file with others of its kind, and the digest with them: a later call would be refused for
    /// what an earlier one of the plan has changed.
    /// </param>
    public static PlannedCall Add(ApiSchema schema, PlannedCall call, IReadOnlyList<PlanTarget> targets, bool isFirst)
    {
        string? digest = isFirst || IsOfGuest(call) ? Known(call, targets) : null;
        if (digest is null || call.Parameters.Find(Name) is not null || schema.Find(call.Method, call.Path)?.Parameters.ContainsKey(Name) != true)
        {
            return call;
        }

        ApiParameters parameters = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            parameters.Add(parameter);
        }

        parameters.Add(Name, digest);
        return call.With(parameters);
    }

    /// <summary>Refuses a new plan with a digest that is old already: whoever gave it has read something else than there is.</summary>
    /// <exception cref="GuardRefusedException">There is one.</exception>
    public static void CheckGiven(PlanDraft draft)
    {
        foreach (PlannedCall call in draft.Calls)
        {
            if (call.Parameters.Find(Name) is { Length: > 0 } given && Known(call, draft.Targets) is { } known && given != known)
            {
                throw new GuardRefusedException("drift", $"{call.Title} is refused: its digest {UntrustedText.Clean(given, 80)} is not that of what is there ({known}). "
                    + "It was changed since it was read: read it again, and plan by what it says now, or leave the digest out.");
            }
        }
    }

    private static string? Known(PlannedCall call, IReadOnlyList<PlanTarget> targets) => IsOfGuest(call)
        ? targets.FirstOrDefault(target => target.Key == $"guest {call.Parameters.Find("vmid")}")?.Digest
        : targets.LastOrDefault(target => target.Key == call.ConcretePath)?.Before.Text(Name);

    private static bool IsOfGuest(PlannedCall call) => GuestNames.IsInPath(call)
        && (call.Path.EndsWith("/{vmid}/config", StringComparison.Ordinal) || call.Path.EndsWith("/resize", StringComparison.Ordinal));
}
