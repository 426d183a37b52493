using System.Runtime.CompilerServices;
using ProxSharp.AccessControl;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do, where, and what it cannot do, with the command that lets it.</summary>
internal static class AbilityChecks
{
    /// <summary>Makes the checks.</summary>
    /// <param name="session">The server.</param>
    /// <param name="context">Who logs in.</param>
    /// <param name="abilities">What there is to do.</param>
    /// <param name="isSeparated">Whether the privileges of the token are separated; null if that is not known, or it is no token.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<Finding> RunAsync(
        ServerSession session,
        ServerContext context,
        IReadOnlyList<Ability> abilities,
        bool? isSeparated,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HeldScopes scopes = await HeldScopes.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        Grants grants = new(session, context);
        foreach (Ability ability in abilities)
        {
            PermissionVerdict? verdict = scopes.Has(ability.Path, ability.Privilege)
                ? null
                : await AskAsync(session, ability, cancellationToken).ConfigureAwait(false);
            if (verdict is null or { IsAllowed: true })
            {
                yield return new Finding("can", FindingState.Ok, ability.What);
                continue;
            }

            string? part = scopes.Describe(ability);
            string mend = await grants.AsCommandAsync(ability.Path, ability.Role, verdict.TokenLimit, isSeparated, cancellationToken).ConfigureAwait(false);

            // Who has rights on parts has them there for a reason: the command would widen them.
            mend = part is not null || scopes.IsScoped(ability) ? $"for all {ability.Things}: {mend}" : mend;
            yield return part is null
                ? new Finding("cannot", FindingState.Info, $"{ability.What}: {Reason(verdict, ability)}", mend)
                : new Finding("can", FindingState.Ok, $"{ability.What}: {part}", mend);
        }
    }

    private static Task<PermissionVerdict> AskAsync(ServerSession session, Ability ability, CancellationToken cancellationToken) => session.Pve is { } cluster
        ? cluster.Access.CanAsync(ability.Path, [ability.Privilege], cancellationToken)
        : session.Pbs!.Access.CanAsync(ability.Path, [ability.Privilege], cancellationToken);

    private static string Reason(PermissionVerdict verdict, Ability ability) =>
        verdict.TokenLimit == TokenLimit.None ? $"{ability.Privilege} on {ability.Path} is missing" : verdict.Explanation;
}
