using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>What high availability was asked to bring a guest to.</summary>
/// <param name="Request">The request.</param>
/// <param name="Doing">What it does, for messages: <c>starts it</c>.</param>
/// <param name="Until">How the guest is then: <c>it runs</c>.</param>
internal sealed record HaGoal(HaRequest Request, string Doing, string Until)
{
    /// <summary>What a task asked for; null if it is none that only asks high availability.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="guest">The guest as it was before.</param>
    /// <param name="target">The node that the guest was to go to; null if nobody knows.</param>
    public static HaGoal? Of(Upid upid, GuestSummary guest, string? target) => HaRequest.Of(upid) switch
    {
        { Status: { } state } request => state == GuestStatus.Running
            ? new HaGoal(request, "starts it", "it runs")
            : new HaGoal(request, "stops it", "it is stopped"),
        { } move when target is not null => new HaGoal(
            move with { Node = target, Status = guest.IsRunning ? GuestStatus.Running : null }, $"moves it to {target}", "it is there"),
        _ => null,
    };
}
