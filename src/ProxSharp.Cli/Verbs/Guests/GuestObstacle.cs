namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Why something cannot be done with a guest as it is. A selection goes on without it; whoever names it has made a mistake.</summary>
/// <param name="Reason">Why: <c>it does not run</c>.</param>
/// <param name="Advice">What can be done instead, as a sentence without its full stop.</param>
internal sealed record GuestObstacle(string Reason, string Advice);
