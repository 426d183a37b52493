namespace ProxSharp.Cli.Commands;

/// <summary>Something that an interrupted run leaves behind.</summary>
/// <param name="What">What it is, without a full stop.</param>
internal sealed record InterruptedNote(string What)
{
    /// <summary>How to go on, as it is printed; null if there is nothing to do.</summary>
    public string? Next { get; init; }

    /// <summary>The task that goes on; null if there is none, or more than one.</summary>
    public string? Upid { get; init; }

    /// <summary>True if a change may have been carried out although no answer came.</summary>
    public bool IsUncertain { get; init; }
}
