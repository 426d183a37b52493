using ProxSharp.Api;
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
        string? digest = IsOfGuest(call) ? targets.Select(static target => target.Digest).FirstOrDefault(static value => value is not null)
            : isFirst ? targets.LastOrDefault(target => target.Key == call.ConcretePath)?.Before.Text(Name)
            : null;
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

    private static bool IsOfGuest(PlannedCall call) => GuestNames.IsInPath(call)
        && (call.Path.EndsWith("/{vmid}/config", StringComparison.Ordinal) || call.Path.EndsWith("/resize", StringComparison.Ordinal));
}
