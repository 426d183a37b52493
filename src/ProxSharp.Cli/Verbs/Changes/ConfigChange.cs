namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>How a call would change one key of a configuration.</summary>
/// <param name="Target">Whose configuration.</param>
/// <param name="Key">The key.</param>
/// <param name="From">Its value now; null if it has none.</param>
/// <param name="To">Its value then; null if it goes.</param>
internal sealed record ConfigChange(string Target, string Key, string? From, string? To);
