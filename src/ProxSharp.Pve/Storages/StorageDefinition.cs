using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>How a storage is defined for the whole cluster.</summary>
public sealed record StorageDefinition
{
    internal StorageDefinition(StorageResult options)
    {
        Options = options;
        Id = WireValues.Storage(options.Storage);
        Content = WireValues.Contents(options.Content);
        Nodes = [.. WireValues.Split(options.Nodes).Select(NodeName.Parse)];
        Digest = options.Digest is { } digest ? Ids.Digest.Parse(digest) : null;
    }

    /// <summary>The name of the storage.</summary>
    public StorageId Id { get; }

    /// <summary>The kind of the storage, for example <c>dir</c> or <c>nfs</c>.</summary>
    public StorageType Type => Options.Type;

    /// <summary>What may be kept on it.</summary>
    public IReadOnlyList<StorageContent> Content { get; }

    /// <summary>The nodes that can use it; empty for all nodes.</summary>
    public IReadOnlyList<NodeName> Nodes { get; }

    /// <summary>False if the definition is kept but not used.</summary>
    public bool IsEnabled => Options.Disable != true;

    /// <summary>True if the definition says that all nodes see the same content. Network storages are shared without saying so.</summary>
    public bool IsShared => Options.Shared == true;

    /// <summary>Which backups are kept when pruning; null if the definition does not say, which means all.</summary>
    public PruneBackups? Retention => Options.PruneBackups;

    /// <summary>The version of the configuration; give it to an update so that the change of somebody else is not overwritten.</summary>
    public Digest? Digest { get; }

    /// <summary>Every option by its own name; those this version of the library does not know are in <see cref="StorageResult.Extra"/>.</summary>
    public StorageResult Options { get; }
}
