using System.Collections.ObjectModel;
using ProxSharp.Api;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Backups;

/// <summary>How a container is restored.</summary>
public sealed record ContainerRestoreOptions
{
    internal static ContainerRestoreOptions Default { get; } = new();

    /// <summary>The storage for all its volumes; null puts each where it was when the backup was made.</summary>
    public StorageId? Storage { get; init; }

    /// <summary>True overwrites the container of that number, its volumes included. It must be stopped. False by default.</summary>
    public bool Overwrite { get; init; }

    /// <summary>True gives new MAC addresses; right for a copy beside the original. False by default.</summary>
    public bool Unique { get; init; }

    /// <summary>True starts it when it is restored. False by default.</summary>
    public bool Start { get; init; }

    /// <summary>Whether its root is an ordinary user of the node; null keeps what it was.</summary>
    public bool? IsUnprivileged { get; init; }

    /// <summary>True goes on if a file cannot be unpacked. False by default.</summary>
    public bool IgnoreUnpackErrors { get; init; }

    /// <summary>The greatest speed in KiB/s; 0 for any, null for the storage's limit.</summary>
    public long? BandwidthLimit { get; init; }

    /// <summary>The resource pool it joins; null for none.</summary>
    public string? Pool { get; init; }

    /// <summary>
    /// Options that differ from those in the backup, by wire name, for example <c>hostname</c> or <c>memory</c>. With <c>rootfs</c> and <c>mp0</c>... each volume
    /// gets its own storage and size (<c>fast:8</c> for 8 GiB); name all volumes then, and no <see cref="Storage"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    internal ApiParameters ToParameters(NodeName node, VmId id, VolumeId backup)
    {
        ApiParameters parameters = new ApiParameters().WithPath("node", node.Value);
        parameters.Add("vmid", (long?)id.Value);
        parameters.Add("ostemplate", backup.ToString());
        parameters.Add("restore", (bool?)true);
        parameters.Add("storage", Storage?.Value);
        parameters.Add("force", Overwrite ? true : (bool?)null);
        parameters.Add("unique", Unique ? true : (bool?)null);
        parameters.Add("start", Start ? true : (bool?)null);
        parameters.Add("unprivileged", IsUnprivileged);
        parameters.Add("ignore-unpack-errors", IgnoreUnpackErrors ? true : (bool?)null);
        parameters.Add("bwlimit", BandwidthLimit);
        parameters.Add("pool", Pool);
        foreach ((string name, string value) in Settings.OrderBy(static setting => setting.Key, StringComparer.Ordinal))
        {
            parameters.Add(name, value);
        }

        return parameters;
    }
}
