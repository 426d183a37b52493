namespace ProxSharp.Cli.Query;

/// <summary>A word of a JMESPath expression.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="Value">The name, number or literal it stands for; null for signs.</param>
internal readonly record struct JmesToken(JmesTokenKind Kind, int Position, object? Value = null);
