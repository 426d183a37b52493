using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>Which storages of a node are listed, and with what.</summary>
public sealed record StorageFilter
{
    /// <summary>Only storages that may hold one of these kinds of content; empty for all.</summary>
    public IReadOnlyList<StorageContent> Content { get; init; } = [];

    /// <summary>Only storages that this other node can use too; null for all.</summary>
    public NodeName? SharedWith { get; init; }

    /// <summary>True leaves out storages that are switched off. False by default.</summary>
    public bool OnlyEnabled { get; init; }

    /// <summary>True adds the image formats of each storage. False by default.</summary>
    public bool IncludeFormats { get; init; }

    internal NodesStorageListRequest ToRequest() => new()
    {
        Content = Content.Count > 0 ? WireValues.Join(Content) : null,
        Target = SharedWith?.Value,
        Enabled = OnlyEnabled ? true : null,
        Format = IncludeFormats ? true : null,
    };
}
