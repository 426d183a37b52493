using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>A change of a backup's attributes. Only what is set is sent.</summary>
public sealed record VolumeUpdate
{
    /// <summary>The new notes; empty removes them.</summary>
    public string? Notes { get; init; }

    /// <summary>True keeps pruning and deleting from removing it.</summary>
    public bool? IsProtected { get; init; }

    internal NodesStorageContentUpdateRequest ToRequest() => new() { Notes = Notes, Protected = IsProtected };
}
