using ProxSharp.Ids;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve.Api;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>What high availability was asked to bring a guest to.</summary>
/// <param name="Doing">What it does, for messages: <c>starts it</c>.</param>
/// <param name="Until">How the guest is then: <c>it runs</c>.</param>
internal sealed record HaGoal(string Doing, string Until)
{
    private const string Request = "Requesting HA migration";
    private const string Target = " to node ";

    /// <summary>The wanted state; null if it does not matter.</summary>
    public GuestStatus? Status { get; init; }

    /// <summary>The wanted node; null if it does not matter.</summary>
    public string? Node { get; init; }

    /// <summary>What a task asked for; null if it is none that only asks high availability.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="target">The node that the guest was to go to; null if nobody knows.</param>
    public static HaGoal? Of(Upid upid, string? target) => HaRequest.Of(upid) switch
    {
        { Wanted: { } state } => state == GuestStatus.Running
            ? new HaGoal("starts it", "it runs") { Status = state }
            : new HaGoal("stops it", "it is stopped") { Status = state },
        { } when target is not null => new HaGoal($"moves it to {target}", "it is there") { Node = target },
        _ => null,
    };

    /// <summary>The node that a line of such a task's log names as the target; null if it names none.</summary>
    public static string? TargetIn(string line) =>
        line.StartsWith(Request, StringComparison.Ordinal) && line.LastIndexOf(Target, StringComparison.Ordinal) is var at and >= 0
            ? line[(at + Target.Length)..].Trim()
            : null;
}
