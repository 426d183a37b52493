namespace ProxSharp.Operations.Plans;

/// <summary>The backups that a call removes, moves or makes unreachable without naming them.</summary>
/// <param name="Store">The datastore.</param>
/// <param name="Namespace">The namespace; empty for the root.</param>
/// <param name="MaxDepth">How many levels below it go with it; null for all.</param>
/// <param name="Effect">What happens to them.</param>
internal sealed record BackupScope(string Store, string Namespace, int? MaxDepth, BackupEffect Effect)
{
    /// <summary>The name of the other server that they are copied to; null for none.</summary>
    public string? Remote { get; init; }

    /// <summary>The datastore there.</summary>
    public string RemoteStore { get; init; } = "";

    /// <summary>The namespace there; empty for the root.</summary>
    public string RemoteNamespace { get; init; } = "";

    /// <summary>True if a namespace is among those meant.</summary>
    /// <param name="name">One that is in the scope's own, or is it.</param>
    public bool Covers(string name) => IsWithin(name, Namespace);

    /// <summary>True if a namespace of the other server is among those meant.</summary>
    /// <param name="name">Any there.</param>
    public bool CoversThere(string name) => IsWithin(name, RemoteNamespace)
        && (RemoteNamespace.Length == 0 || name == RemoteNamespace || name.StartsWith(RemoteNamespace + "/", StringComparison.Ordinal));

    private bool IsWithin(string name, string root) => MaxDepth is not { } depth || Levels(name) - Levels(root) <= depth;

    private static int Levels(string name) => name.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
}
