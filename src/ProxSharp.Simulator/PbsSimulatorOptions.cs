using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator;

/// <summary>How a <see cref="PbsSimulator"/> starts.</summary>
public sealed record PbsSimulatorOptions
{
    /// <summary>The TCP port on the loopback address; 0 (the default) takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Builds the server; by default <see cref="DefaultBackupServer"/>.</summary>
    public Action<BackupServerBuilder> Scenario { get; init; } = DefaultBackupServer.Build;

    /// <summary>
    /// A folder that holds one folder for each datastore, laid out as a real server does; what is in them is opened. Null (the default) keeps
    /// everything in memory.
    /// </summary>
    public string? DatastoreDirectory { get; init; }

    /// <summary>
    /// The version that the server says it is, for example 3.2.4: major, minor and release. Members of answers that came with version 4 are
    /// left out below it. 4.2.1 by default.
    /// </summary>
    public Version Version { get; init; } = new(4, 2, 1);

    /// <summary>The clock that ticket ages, task progress, timeouts and delays go by; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>True (the default) to answer a failed login only after 3 s, as the real server does.</summary>
    public bool Delays { get; init; } = true;

    /// <summary>How long a simple task runs on the simulated clock; heavier ones take a multiple. 300 ms by default.</summary>
    public TimeSpan TaskDuration { get; init; } = TimeSpan.FromMilliseconds(300);
}
