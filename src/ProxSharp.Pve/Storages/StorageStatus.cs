using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>State and usage of a storage as one node sees it.</summary>
public sealed record StorageStatus
{
    internal StorageStatus(NodesStorageItem item)
    {
        Id = WireValues.Storage(item.Storage);
        Type = new StorageType(item.Type);
        Content = WireValues.Contents(item.Content);
        (IsActive, IsEnabled, IsShared) = (item.Active == true, item.Enabled != false, item.Shared == true);
        (Total, Used, Available) = (item.Total, item.Used, item.Avail);
        Formats = item.Formats?.Supported ?? [];
        DefaultFormat = item.Formats?.Default;
    }

    internal StorageStatus(StorageId id, NodesStorageStatusResult result)
    {
        Id = id;
        Type = new StorageType(result.Type);
        Content = WireValues.Contents(result.Content);
        (IsActive, IsEnabled, IsShared) = (result.Active == true, result.Enabled != false, result.Shared == true);
        (Total, Used, Available) = (result.Total, result.Used, result.Avail);
        Formats = [];
    }

    /// <summary>The name of the storage.</summary>
    public StorageId Id { get; }

    /// <summary>The kind of the storage.</summary>
    public StorageType Type { get; }

    /// <summary>What may be kept on it.</summary>
    public IReadOnlyList<StorageContent> Content { get; }

    /// <summary>True if the node can reach it now.</summary>
    public bool IsActive { get; }

    /// <summary>False if its definition is not used.</summary>
    public bool IsEnabled { get; }

    /// <summary>True if all nodes see the same content.</summary>
    public bool IsShared { get; }

    /// <summary>Its size in bytes; null if it is not active.</summary>
    public long? Total { get; }

    /// <summary>Used space in bytes; null if it is not active.</summary>
    public long? Used { get; }

    /// <summary>Free space in bytes; null if it is not active.</summary>
    public long? Available { get; }

    /// <summary>Used share of the storage from 0 to 1; null if it is not active.</summary>
    public double? UsedFraction => Total > 0 && Used is { } used ? used / (double)Total : null;

    /// <summary>The image formats it takes; empty unless a list was asked for them.</summary>
    public IReadOnlyList<ImageFormat> Formats { get; }

    /// <summary>The image format it uses if none is named; null unless a list was asked for it.</summary>
    public ImageFormat? DefaultFormat { get; }
}
