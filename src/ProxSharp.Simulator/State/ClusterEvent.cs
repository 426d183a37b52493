namespace ProxSharp.Simulator.State;

/// <summary>Something that the cluster's log tells.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Node">Where.</param>
/// <param name="User">Who did it.</param>
/// <param name="Message">What.</param>
/// <param name="Priority">The syslog priority.</param>
internal sealed record ClusterEvent(DateTimeOffset Time, string Node, string User, string Message, int Priority);
