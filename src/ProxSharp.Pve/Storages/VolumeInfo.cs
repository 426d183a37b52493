using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>A volume in the list of a storage's content.</summary>
public sealed record VolumeInfo
{
    internal VolumeInfo(NodesStorageContentItem item)
    {
        Id = WireValues.Volume(item.Volid);
        Content = item.Content is { Length: > 0 } content ? new StorageContent(content) : ContentOf(Id.Name);
        Format = item.Format;
        (Size, Used, ApproximateSize) = (item.Size, item.Used, item.ApproximateSize);
        Created = WireValues.Time(item.CTime);
        Guest = WireValues.Guest(item.VmId);
        GuestType = item.Subtype is { Length: > 0 } type ? new GuestType(type) : null;
        Notes = item.Notes;
        IsProtected = item.Protected == true;
        Encryption = item.Encrypted is { Length: > 0 } and not "0" ? item.Encrypted : null;
        Verification = item.Verification is { } verification ? new VolumeVerification(verification) : null;
        Parent = item.Parent;
        Extra = item.Extra;
    }

    /// <summary>The identifier of the volume.</summary>
    public VolumeId Id { get; }

    /// <summary>What the volume is.</summary>
    public StorageContent Content { get; }

    /// <summary>How it is stored, for example <c>qcow2</c>, <c>raw</c>, <c>iso</c>, <c>tar.zst</c> or <c>pbs-vm</c>.</summary>
    public string Format { get; }

    /// <summary>Its size in bytes as a guest sees it; null if the storage does not tell.</summary>
    public long? Size { get; }

    /// <summary>The bytes it takes on the storage; null if the storage does not tell.</summary>
    public long? Used { get; }

    /// <summary>A size in bytes that is only roughly known, for example of an import; null if there is none.</summary>
    public long? ApproximateSize { get; }

    /// <summary>When it was made; null if the storage does not tell.</summary>
    public DateTimeOffset? Created { get; }

    /// <summary>The guest it belongs to or is a backup of; null if it belongs to none.</summary>
    public VmId? Guest { get; }

    /// <summary>Whether a backup is one of a virtual machine or of a container; null for other volumes.</summary>
    public GuestType? GuestType { get; }

    /// <summary>The notes of a backup, possibly only their first line; null for none.</summary>
    public string? Notes { get; }

    /// <summary>True if neither pruning nor deleting removes it.</summary>
    public bool IsProtected { get; }

    /// <summary>True if a backup is encrypted.</summary>
    public bool IsEncrypted => Encryption is not null;

    /// <summary>The fingerprint of the key a backup is encrypted with, or <c>1</c> if only that is known; null if it is not encrypted.</summary>
    public string? Encryption { get; }

    /// <summary>The latest check of a backup by its backup server; null if there was none.</summary>
    public VolumeVerification? Verification { get; }

    /// <summary>The volume this one is a linked clone of, as the storage writes it; null if it is none.</summary>
    public string? Parent { get; }

    /// <summary>Members that this version of the library does not know, by wire name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; }

    // Proxmox: old servers leave the kind out; the folder tells it.
    private static StorageContent ContentOf(string name) => name.IndexOf('/', StringComparison.Ordinal) is int slash and > 0
        ? name[..slash] switch
        {
            "iso" => StorageContent.Iso,
            "vztmpl" => StorageContent.ContainerTemplates,
            "backup" => StorageContent.Backup,
            "snippets" => StorageContent.Snippets,
            "import" => StorageContent.Import,
            _ => StorageContent.Images,
        }
        : StorageContent.Images;
}
