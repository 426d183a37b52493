using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator;

/// <summary>How a <see cref="PveSimulator"/> starts.</summary>
public sealed record PveSimulatorOptions
{
    /// <summary>The TCP port on the loopback address; 0 (the default) takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Builds the cluster; by default <see cref="DefaultCluster"/>.</summary>
    public Action<ClusterBuilder> Scenario { get; init; } = DefaultCluster.Build;

    /// <summary>The clock that ticket ages, task progress, timeouts and delays go by; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What MAC addresses, UUIDs and passwords are made from: the same seed, scenario and calls give the same values. 20260101 by default.</summary>
    public int Seed { get; init; } = 20260101;

    /// <summary>
    /// How often the status daemon looks at the guests: <c>/cluster/resources</c> shows their names, states and figures as they were then, and new ones as
    /// <c>unknown</c>, without a name. Nodes, tags, locks, pools and templates are of now.
    /// Zero (the default) for a list that is always fresh; the real daemon's interval is 10 s.
    /// </summary>
    public TimeSpan StatusInterval { get; init; }

    /// <summary>True (the default) to answer a failed login only after 3 s, as the real server does.</summary>
    public bool Delays { get; init; } = true;

    /// <summary>How long a simple task runs on the simulated clock; heavier ones take a multiple. 300 ms by default.</summary>
    public TimeSpan TaskDuration { get; init; } = TimeSpan.FromMilliseconds(300);
}
