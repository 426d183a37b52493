namespace ProxSharp.Cli.Declare;

/// <summary>Reads many things at a time, but not all at once.</summary>
internal static class ConcurrentReading
{
    private const int AtATime = 8;

    /// <summary>Reads something for each item and returns the results in the order of the items.</summary>
    public static async Task<TResult[]> AllAsync<TItem, TResult>(
        IReadOnlyList<TItem> items, Func<TItem, CancellationToken, Task<TResult>> read, CancellationToken cancellationToken)
    {
        TResult[] results = new TResult[items.Count];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(
            0, items.Count, options, async (at, token) => results[at] = await read(items[at], token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
