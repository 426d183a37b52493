using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>What shows all of a section. Lists leave out what a user or token may not see, without a word: what is not on one need not be missing.</summary>
/// <param name="root">The path of the access control list under which its things are.</param>
/// <param name="privileges">The privileges that show them; each is enough, and the first is the one to ask for.</param>
internal sealed class StateSight(string root, params string[] privileges)
{
    /// <summary>Who sees guests, and their firewalls.</summary>
    public static StateSight Guests { get; } = new("/vms", "VM.Audit");

    /// <summary>The privileges that show a single thing on its own path, where these are others.</summary>
    public IReadOnlyList<string> OnOwnPath { get; init; } = privileges;

    /// <summary>Tells what is missing to see the whole section; null if it is seen.</summary>
    public Task<string?> LackAsync(ServerSession session, CancellationToken cancellationToken) => LackAsync(session, root, privileges, cancellationToken);

    /// <summary>Tells what is missing to know that a guest is not there which no list shows; null if that is known.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="word">The number or name of the guest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<string?> LackOfGuestAsync(ServerSession session, string word, CancellationToken cancellationToken) =>
        LackAsync(session, GuestPlace.IsId(word) ? $"/vms/{word}" : "/vms", Guests.OnOwnPath, cancellationToken);

    /// <summary>The error for what may be there unseen: to make it would fail half-way, and to call it missing would be a guess.</summary>
    /// <param name="unseen">The things and the privilege that each needs.</param>
    /// <param name="otherwise">What else can be done about it.</param>
    public static CliException Refusal(IReadOnlyCollection<UnseenThing> unseen, string otherwise = "")
    {
        string[] needs = [.. unseen.Select(static one => one.Need).Distinct()];
        string[] parts = needs[0].Split(" on ");
        return new CliException(new CliError
        {
            Code = "permission",
            ExitCode = ExitCodes.Authentication,
            Message = $"This user or token may not see whether these are there: {string.Join("; ", unseen.Select(static one => one.Thing).Distinct())}",
            Privilege = parts[0],
            PrivilegePath = parts[1],
            Need = needs,
            Hint = $"{ErrorMapper.GiveRole(parts[0], parts[1])} Or take them out of the file.{otherwise} Missing: {string.Join(", ", needs)}",
        });
    }

    /// <summary>Adds to changes what cannot be known: things that may be there unseen, and those that <c>--prune</c> would delete if it saw them.</summary>
    public async Task<IReadOnlyList<StateChange>> CheckAsync(
        ServerSession session, IReadOnlyList<StateChange> changes, string section, bool prune, CancellationToken cancellationToken)
    {
        if ((!prune && changes.All(static change => change.Place is null)) || await LackAsync(session, cancellationToken).ConfigureAwait(false) is not { } lack)
        {
            return changes;
        }

        List<StateChange> all = [];
        foreach (StateChange change in changes)
        {
            string? unseen = change.Place is { } place ? await LackAsync(session, place, OnOwnPath, cancellationToken).ConfigureAwait(false) : null;
            all.Add(unseen is null ? change : change with { Unseen = unseen });
        }

        if (prune)
        {
            all.Add(new StateChange(section, "--prune", "delete", StateStage.Roles)
            {
                IsRemark = true,
                Reason = $"what this user or token may not see stays, for it lacks {lack}",
            });
        }

        return all;
    }

    private static async Task<string?> LackAsync(ServerSession session, string path, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        HashSet<string> has = await KeptRoles.HeldAsync(session, path, user: null, cancellationToken).ConfigureAwait(false) ?? [];
        return wanted.Any(has.Contains) ? null : $"{wanted[0]} on {path}";
    }
}
