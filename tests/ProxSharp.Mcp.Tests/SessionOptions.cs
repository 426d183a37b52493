using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>How a session of a test is made.</summary>
internal sealed record SessionOptions
{
    public string Policy { get; init; } = """{"version":1,"allow":[]}""";

    /// <summary>True to serve a backup server beside the cluster.</summary>
    public bool WithBackup { get; init; }

    /// <summary>True to serve the cluster in a context that only reads, <c>reader</c>, too; it has the ledger of the other one.</summary>
    public bool WithReader { get; init; }

    /// <summary>True to serve a second cluster, <c>second</c>, in place of a backup server.</summary>
    public bool WithSecond { get; init; }

    public bool CanAsk { get; init; } = true;

    public bool CanForm { get; init; } = true;

    public bool CanVisit { get; init; }

    public string? Protocol { get; init; }

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(45);

    public TimeSpan TaskDuration { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How late the list of the cluster shows names and states.</summary>
    public TimeSpan StatusInterval { get; init; }

    public Action<ClusterBuilder> Cluster { get; init; } = DefaultCluster.Build;

    public Action<BackupServerBuilder> BackupServer { get; init; } = DefaultBackupServer.Build;
}
