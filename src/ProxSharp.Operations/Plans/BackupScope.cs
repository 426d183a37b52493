namespace ProxSharp.Operations.Plans;

/// <summary>The backups that a call removes, moves or makes unreachable without naming them.</summary>
/// <param name="Store">The datastore.</param>
/// <param name="Namespace">The namespace; empty for the root.</param>
/// <param name="MaxDepth">How many levels below it go with it; null for all.</param>
/// <param name="Effect">What happens to them.</param>
internal sealed record BackupScope(string Store, string Namespace, int? MaxDepth, BackupEffect Effect)
{
    /// <summary>True if a namespace is among those meant.</summary>
    /// <param name="name">One that is in the scope's own, or is it.</param>
    public bool Covers(string name) => MaxDepth is not { } depth || Levels(name) - Levels(Namespace) <= depth;

    private static int Levels(string name) => name.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
}
