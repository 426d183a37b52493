namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Waits for what the other side of a connection does in its own time.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks until the answer is yes; fails after 20 s.</summary>
    public static async Task UntilAsync(Func<Task<bool>> question)
    {
        DateTimeOffset end = TimeProvider.System.GetUtcNow() + s_patience;
        while (!await question())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < end, "What was waited for did not happen.");
            await Task.Yield();
        }
    }
}
