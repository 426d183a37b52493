using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>What the list of a namespace says about a group.</summary>
public sealed record BackupGroupInfo
{
    /// <summary>The namespace that the group is in.</summary>
    public required BackupNamespace Namespace { get; init; }

    /// <summary>Type and id of the group.</summary>
    public required BackupGroupPath Path { get; init; }

    /// <summary>When the newest snapshot was made; null if there is none that is complete.</summary>
    public DateTimeOffset? LastBackup { get; init; }

    /// <summary>How many snapshots there are.</summary>
    public required long BackupCount { get; init; }

    /// <summary>The files of the newest snapshot, as they are stored.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The user or API token that owns the group; null if the server does not tell.</summary>
    public string? Owner { get; init; }

    /// <summary>The first line of the notes of the group; null if there are none.</summary>
    public string? Comment { get; init; }

    /// <summary>Reads a list; groups of types that this library does not know are left out, which the list tells.</summary>
    internal static IReadOnlyList<BackupGroupInfo> ReadAll(IReadOnlyList<AdminDatastoreGroupsItem> items, BackupNamespace ns) => IncompleteList<BackupGroupInfo>.Of(
        [.. items.Select(item => Read(item, ns)).OfType<BackupGroupInfo>().OrderBy(static group => group.Path.ToString(), StringComparer.Ordinal)], items.Count);

    /// <summary>Returns the path of the group.</summary>
    public override string ToString() => Path.ToString();

    private static BackupGroupInfo? Read(AdminDatastoreGroupsItem item, BackupNamespace ns) =>
        BackupGroupPath.TryParse($"{item.BackupType.Value}/{item.BackupId}", out BackupGroupPath path)
            ? new BackupGroupInfo
            {
                Namespace = ns,
                Path = path,
                LastBackup = WireTime.ReadSnapshot(item.LastBackup),
                BackupCount = item.BackupCount,
                Files = item.Files,
                Owner = item.Owner,
                Comment = item.Comment,
            }
            : null;
}
