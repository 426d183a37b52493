using ProxSharp.Json;

namespace ProxSharp.Pve.Storages;

/// <summary>A kind of content that a storage may hold. Words that a newer server invents are kept.</summary>
public readonly record struct StorageContent : IApiWord<StorageContent>
{
    private readonly string? _value;

    /// <summary>Creates a kind of content.</summary>
    /// <param name="value">The word as it travels.</param>
    public StorageContent(string value) => _value = value;

    /// <summary>Disk images of virtual machines: <c>images</c>.</summary>
    public static StorageContent Images => new("images");

    /// <summary>Volumes of containers: <c>rootdir</c>.</summary>
    public static StorageContent ContainerVolumes => new("rootdir");

    /// <summary>Installation images: <c>iso</c>.</summary>
    public static StorageContent Iso => new("iso");

    /// <summary>Container templates: <c>vztmpl</c>.</summary>
    public static StorageContent ContainerTemplates => new("vztmpl");

    /// <summary>Backups of guests: <c>backup</c>.</summary>
    public static StorageContent Backup => new("backup");

    /// <summary>Hook scripts and cloud-init snippets: <c>snippets</c>.</summary>
    public static StorageContent Snippets => new("snippets");

    /// <summary>Foreign machines and disks to import: <c>import</c>.</summary>
    public static StorageContent Import => new("import");

    /// <summary>Nothing may be kept on the storage: <c>none</c>.</summary>
    public static StorageContent None => new("none");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static StorageContent FromWire(string value) => new(value);

    /// <summary>Returns the word.</summary>
    public override string ToString() => Value;
}
