using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
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

    /// <summary>How many guests of one node at a time if nobody says; null for the usual number.</summary>
    public int? PerNode { get; init; }

    /// <summary>What is said in the end, of guests that are not among those; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>The node that the guests are to go to; null if they stay.</summary>
    public string? OtherNode { get; init; }
}
