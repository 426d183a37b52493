namespace ProxSharp.Operations;

/// <summary>What an API token may do beyond what the policy lets the guard do: the wall behind the seat-belt.</summary>
/// <param name="Excess">The privileges that nothing the policy allows needs, each with the class of what it makes possible and the paths it is held on.</param>
public sealed record TokenReview(IReadOnlyList<ExcessPrivilege> Excess)
{
    /// <summary>True if the server itself would stop what the policy forbids, class by class.</summary>
    public bool IsLeast => Excess.Count == 0;
}
