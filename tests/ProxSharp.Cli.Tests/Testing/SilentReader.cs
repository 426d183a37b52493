namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Somebody at a terminal who is asked and types nothing.</summary>
internal sealed class SilentReader : TextReader
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _gone = new();

    /// <summary>Ends when a line is wanted.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Ends the wait.</summary>
    public void Leave() => _gone.Set();

    public override string? ReadLine()
    {
        _asked.TrySetResult();
        _gone.Wait(CancellationToken.None);
        return null;
    }
}
