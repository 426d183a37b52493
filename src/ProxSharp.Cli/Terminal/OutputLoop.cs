using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Terminal;

/// <summary>Runs what writes again and again until it is interrupted, and ends it when nobody reads the output any more.</summary>
internal static class OutputLoop
{
    /// <summary>Runs it.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="loop">What writes; its token ends it.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <returns>What the loop returned, or success if its reader has gone: <c>| head</c> is no failure.</returns>
    public static async Task<int> RunAsync(IConsoleHost console, Func<CancellationToken, Task<int>> loop, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> closed = EndsWithReaderAsync(console, end);
        try
        {
            return await loop(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Success;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await closed.ConfigureAwait(false);
        }
    }

    private static async Task<bool> EndsWithReaderAsync(IConsoleHost console, CancellationTokenSource end)
    {
        try
        {
            await console.WaitForClosedOutputAsync(end.Token).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            // The loop has ended first.
            return false;
        }
    }
}
