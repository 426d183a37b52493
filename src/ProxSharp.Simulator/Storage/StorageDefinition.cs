using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Storage;

/// <summary>A storage as the cluster's configuration describes it.</summary>
internal sealed class StorageDefinition(string id, string type)
{
    public string Id { get; } = id;

    public string Type { get; } = type;

    /// <summary>What may be kept on it, for example <c>images</c> and <c>iso</c>.</summary>
    public SortedSet<string> Content { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a kind of content may be on it; all may where none is named.</summary>
    public bool Holds(string kind) => Content.Count == 0 || Content.Contains(kind);

    /// <summary>Since when it is configured; the beginning of time for storages of the scenario.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    public bool IsShared { get; set; }

    public bool IsDisabled { get; set; }

    /// <summary>The nodes it is restricted to; empty for all.</summary>
    public SortedSet<string> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes.</summary>
    public long Capacity { get; set; } = 500L << 30;

    /// <summary>The remaining options in wire form.</summary>
    public JsonObject Options { get; } = [];

    /// <summary>True if the storage is of a type and an option of it has a value.</summary>
    public bool Is(string type, string option, string? value) => Type == type && Options[option] is { } own && ApiCall.TextOf(own) == value;

    /// <summary>True if images are files in a directory rather than block devices.</summary>
    public bool HasFiles => Type is "dir" or "nfs" or "cifs" or "cephfs" or "btrfs" or "glusterfs";

    /// <summary>True if the storage can take snapshots of raw images.</summary>
    public bool CanSnapshotRaw => Type is "lvmthin" or "rbd" or "zfspool" or "zfs" or "btrfs";

    public bool IsOn(string node) => Nodes.Count == 0 || Nodes.Contains(node);
}
