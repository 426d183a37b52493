using ProxSharp.Ids;

namespace ProxSharp.Pve.Storages;

/// <summary>A file that has arrived on a storage.</summary>
public sealed record UploadedVolume
{
    internal UploadedVolume(VolumeId id, long size, string sha256, PveTask task) => (Id, Size, Sha256, Task) = (id, size, sha256, task);

    /// <summary>The volume it has become. The name may differ from the one that was given: the server allows few characters.</summary>
    public VolumeId Id { get; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; }

    /// <summary>
    /// The SHA-256 of the bytes that were sent, in lower-case hex. It was computed while they were read, so it costs no second reading of the source; compare
    /// it with what the publisher says. The server did not see it: give a checksum in the options to have the server compare.
    /// </summary>
    public string Sha256 { get; }

    /// <summary>The task that stored it.</summary>
    public PveTask Task { get; }
}
