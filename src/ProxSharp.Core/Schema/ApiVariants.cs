namespace ProxSharp.Schema;

/// <summary>Parameter sets of one endpoint of which the value of a parameter chooses one.</summary>
/// <param name="By">The choosing parameter, for example <c>type</c>.</param>
/// <param name="Parameters">The additional parameters for each value of <paramref name="By"/>.</param>
public sealed record ApiVariants(string By, IReadOnlyDictionary<string, IReadOnlyDictionary<string, ApiNode>> Parameters);
