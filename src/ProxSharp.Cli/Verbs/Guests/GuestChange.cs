using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>A change that is made to each of some guests with one call.</summary>
/// <param name="Action">What it does, for messages: <c>start</c>.</param>
/// <param name="Schema">The schema of the calls.</param>
/// <param name="Endpoint">The call.</param>
/// <param name="Plan">Makes the call for a guest on a node.</param>
internal sealed record GuestChange(string Action, ApiSchema Schema, ApiEndpoint Endpoint, Func<GuestSummary, string, PlannedCall> Plan)
{
    /// <summary>What of a guest is meant, such as a snapshot; null if it is the guest itself.</summary>
    public Subject? Part { get; init; }

    /// <summary>Tells why there is nothing to do for a guest; null if there is.</summary>
    public Func<GuestSummary, string?>? Skip { get; init; }

    /// <summary>Tells why it cannot be done with a guest that was named itself; null if it can, or if a selection goes on without the guest.</summary>
    public Func<GuestSummary, GuestObstacle?>? Obstacle { get; init; }

    /// <summary>Tells why the server is certain to refuse it for a guest as it is now; null if it may be carried out.</summary>
    public Func<GuestSummary, string?>? Refusal { get; init; }

    /// <summary>
    /// Tells whether a guest may be left out, refused or called in another way only because its state is as old as the list of the cluster. Then the guest itself
    /// has to be asked.
    /// </summary>
    /// <param name="guest">The guest.</param>
    /// <param name="isShown">True if it is only shown what would be done, and what the server would refuse.</param>
    public bool IsDoubtful(GuestSummary guest, bool isShown)
    {
        // Only the guest itself tells that it is paused, and whoever has asked it knows that already.
        if (guest.IsRunning && guest.Type == GuestType.Qemu && !guest.IsPaused && IsOtherIfPaused(guest))
        {
            return true;
        }

        if (guest.IsLive)
        {
            return false;
        }

        GuestSummary other = guest with { Status = guest.IsRunning ? GuestStatus.Stopped : GuestStatus.Running };
        return IsOnlyNow(Skip, guest, other) || IsOnlyNow(Obstacle, guest, other) || (isShown && IsOnlyNow(Refusal, guest, other))
            || (!guest.IsRunning && Plan(guest, guest.Node).Parameters.Count != Plan(other, guest.Node).Parameters.Count)
            || (OtherNode is not null && guest.HaState is { Length: > 0 });
    }

    /// <summary>Tells whether a guest would be left out or refused for its state, but not if a task is about to bring it into another one.</summary>
    public bool MayBeOver(GuestSummary guest)
    {
        GuestSummary changing = guest with { IsChanging = true };
        return IsOnlyNow(Skip, guest, changing) || IsOnlyNow(Obstacle, guest, changing);
    }

    private bool IsOtherIfPaused(GuestSummary guest)
    {
        GuestSummary paused = guest with { IsPaused = true };
        return Skip?.Invoke(guest) != Skip?.Invoke(paused) || Obstacle?.Invoke(guest)?.Reason != Obstacle?.Invoke(paused)?.Reason;
    }

    private static bool IsOnlyNow<T>(Func<GuestSummary, T?>? find, GuestSummary guest, GuestSummary other)
        where T : class => find?.Invoke(guest) is not null && find(other) is null;

    /// <summary>How many guests of one node at a time if nobody says; null for the usual number.</summary>
    public int? PerNode { get; init; }

    /// <summary>What is said in the end, of guests that are not among those; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>The node that the guests are to go to; null if they stay.</summary>
    public string? OtherNode { get; init; }
}
