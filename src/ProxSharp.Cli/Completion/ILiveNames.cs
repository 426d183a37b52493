namespace ProxSharp.Cli.Completion;

/// <summary>The names of what is on the server, and of the contexts.</summary>
internal interface ILiveNames
{
    /// <summary>The guests of a noun: <c>vm</c>, <c>ct</c> or both; tags, pools and nodes as groups behind them.</summary>
    Task<IReadOnlyList<Candidate>> GuestsAsync(string noun, CancellationToken cancellationToken);

    /// <summary>The nodes.</summary>
    Task<IReadOnlyList<Candidate>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>The storages.</summary>
    Task<IReadOnlyList<Candidate>> StoragesAsync(CancellationToken cancellationToken);

    /// <summary>The pools.</summary>
    Task<IReadOnlyList<Candidate>> PoolsAsync(CancellationToken cancellationToken);

    /// <summary>The contexts.</summary>
    IReadOnlyList<Candidate> Contexts();
}
