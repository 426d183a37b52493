using System.Collections.ObjectModel;
using ProxSharp.Api;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Backups;

/// <summary>How a virtual machine is restored.</summary>
public sealed record VmRestoreOptions
{
    internal static VmRestoreOptions Default { get; } = new();

    /// <summary>The storage for all its disks; null puts each where it was when the backup was made.</summary>
    public StorageId? Storage { get; init; }

    /// <summary>True overwrites the machine of that number, its disks included. It must be stopped. False by default.</summary>
    public bool Overwrite { get; init; }

    /// <summary>True gives new MAC addresses and a new identity; right for a copy beside the original. False by default.</summary>
    public bool Unique { get; init; }

    /// <summary>True starts it when it is restored. False by default.</summary>
    public bool Start { get; init; }

    /// <summary>True starts it at once and restores in the background; only from a backup server. If that fails, what it did meanwhile is lost. False by default.</summary>
    public bool LiveRestore { get; init; }

    /// <summary>The greatest speed in KiB/s; 0 for any, null for the storage's limit.</summary>
    public long? BandwidthLimit { get; init; }

    /// <summary>The resource pool it joins; null for none.</summary>
    public string? Pool { get; init; }

    /// <summary>Options that differ from those in the backup, by wire name, for example <c>name</c>, <c>memory</c>, <c>cores</c> or <c>net0</c>. Disks cannot be among them.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    internal ApiParameters ToParameters(NodeName node, VmId id, VolumeId backup)
    {
        ApiParameters parameters = new ApiParameters().WithPath("node", node.Value);
        parameters.Add("vmid", (long?)id.Value);
        parameters.Add("archive", backup.ToString());
        parameters.Add("storage", Storage?.Value);
        parameters.Add("force", Overwrite ? true : (bool?)null);
        parameters.Add("unique", Unique ? true : (bool?)null);
        parameters.Add("start", Start ? true : (bool?)null);
        parameters.Add("live-restore", LiveRestore ? true : (bool?)null);
        parameters.Add("bwlimit", BandwidthLimit);
        parameters.Add("pool", Pool);
        foreach ((string name, string value) in Settings.OrderBy(static setting => setting.Key, StringComparer.Ordinal))
        {
            parameters.Add(name, value);
        }

        return parameters;
    }
}
