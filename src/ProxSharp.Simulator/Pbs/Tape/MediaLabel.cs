namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>What is written at the beginning of a tape.</summary>
/// <param name="Text">The name.</param>
/// <param name="Uuid">The identifier.</param>
/// <param name="Created">When it was written.</param>
/// <param name="Pool">The pool it is reserved for; null for any.</param>
internal sealed record MediaLabel(string Text, string Uuid, DateTimeOffset Created, string? Pool);
