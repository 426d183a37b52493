namespace ProxSharp.Cli.Commands;

/// <summary>What the user has seen of the log of a task: an error does not repeat it.</summary>
internal sealed class ShownLog
{
    private volatile string? _last;

    /// <summary>The last line that was shown; null if none was.</summary>
    public string? Last
    {
        get => _last;
        set => _last = value;
    }
}
