namespace ProxSharp.Operations.Tests;

/// <summary>A folder with a policy and what a guard leaves there, in front of a simulated server.</summary>
public abstract class GuardedSite : IAsyncDisposable
{
    internal string Folder { get; } = Directory.CreateTempSubdirectory("guard-").FullName;

    /// <summary>How many requests that are no reads have reached the server.</summary>
    internal abstract int Writes { get; }

    internal void Policy(string json) => File.WriteAllText(Path.Combine(Folder, "policy.json"), json);

    /// <summary>Checks that something is refused and that nothing was sent; returns the reason.</summary>
    internal async Task<string> RefusedAsync(Func<Task> action)
    {
        int before = Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(action);
        Assert.Equal(before, Writes);
        return refusal.Reason;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected GuardOptions Options(string context) => new()
    {
        Context = context,
        PolicyPath = Path.Combine(Folder, "policy.json"),
        StateFolder = Path.Combine(Folder, "state"),
    };

    private protected abstract Task StopAsync();
}
