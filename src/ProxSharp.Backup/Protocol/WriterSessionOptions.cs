namespace ProxSharp.Backup.Protocol;

/// <summary>How a session that writes is opened.</summary>
internal sealed class WriterSessionOptions
{
    /// <summary>Whether the server writes more into the log of its task.</summary>
    public bool Debug { get; init; }

    /// <summary>Whether nothing is kept; the group must be <c>host/benchmark</c> then.</summary>
    public bool Benchmark { get; init; }

    /// <summary>Whether the server passes its cache by; only servers of version 4 know this.</summary>
    public bool NoCache { get; init; }
}
