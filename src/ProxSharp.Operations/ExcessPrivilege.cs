namespace ProxSharp.Operations;

/// <summary>A privilege that a token has and the policy has no use for.</summary>
/// <param name="Privilege">The privilege, for example <c>VM.Allocate</c>.</param>
/// <param name="Class">The mildest class of operations that needs it.</param>
/// <param name="Paths">Where the token has it.</param>
public sealed record ExcessPrivilege(string Privilege, OperationClass Class, IReadOnlyList<string> Paths);
