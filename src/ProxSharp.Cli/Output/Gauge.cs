namespace ProxSharp.Cli.Output;

/// <summary>A bar that tables show in a terminal, behind the columns that it is drawn from.</summary>
/// <param name="Title">The title of its column.</param>
/// <param name="Used">The member with what is used.</param>
/// <param name="Total">The member with what there is.</param>
internal sealed record Gauge(string Title, string Used, string Total)
{
    /// <summary>True if only <c>-o wide</c> has room for it.</summary>
    public bool IsWide { get; init; }
}
