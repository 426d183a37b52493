using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>The attributes of one volume.</summary>
public sealed record VolumeDetails
{
    internal VolumeDetails(VolumeId id, NodesStorageContentResult result)
    {
        Id = id;
        (Path, Format, Size, Used) = (result.Path, result.Format, result.Size, result.Used);
        (Notes, IsProtected) = (result.Notes, result.Protected);
    }

    /// <summary>The identifier of the volume.</summary>
    public VolumeId Id { get; }

    /// <summary>Where the node finds it: a file, a device or an address.</summary>
    public string Path { get; }

    /// <summary>The format of its bytes. A file that is no disk image counts as <c>raw</c>.</summary>
    public string Format { get; }

    /// <summary>Its size in bytes as a guest sees it. Files that are no disk images are rounded up to 512 bytes; the list of the content has their exact size.</summary>
    public long Size { get; }

    /// <summary>The bytes it takes on the storage.</summary>
    public long Used { get; }

    /// <summary>The notes of a backup; null where notes are not possible.</summary>
    public string? Notes { get; }

    /// <summary>Whether neither pruning nor deleting removes it; null where protection is not possible.</summary>
    public bool? IsProtected { get; }
}
