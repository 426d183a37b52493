namespace ProxSharp.Cli.Declare;

/// <summary>A key that changes.</summary>
/// <param name="Key">The key.</param>
/// <param name="From">What is there; null if it is not set.</param>
/// <param name="To">What it becomes; null if it goes.</param>
internal sealed record KeyChange(string Key, string? From, string? To);
