using ProxSharp.Ids;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>What the list of a datastore says about a namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Comment">What it is for; null if nothing was noted.</param>
public sealed record NamespaceInfo(BackupNamespace Namespace, string? Comment)
{
    /// <summary>Reads a list; namespaces whose names this library cannot read are left out.</summary>
    internal static IReadOnlyList<NamespaceInfo> ReadAll(IEnumerable<AdminDatastoreNamespaceItem> items) =>
        [.. items
            .Select(static item => BackupNamespace.TryParse(item.Ns, out BackupNamespace ns) ? new NamespaceInfo(ns, item.Comment) : null)
            .OfType<NamespaceInfo>()];
}
