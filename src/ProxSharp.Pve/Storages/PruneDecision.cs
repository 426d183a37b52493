using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>What pruning does with one backup.</summary>
public sealed record PruneDecision
{
    internal PruneDecision(NodesStoragePruneBackupsItem item)
    {
        Volume = WireValues.Volume(item.Volid);
        Mark = item.Mark;
        Created = WireTime.ReadOrEpoch(item.CTime);
        Guest = WireValues.Guest(item.VmId);
        GuestType = new GuestType(item.Type);
    }

    /// <summary>The backup.</summary>
    public VolumeId Volume { get; }

    /// <summary>Whether it is kept, removed, protected, or left alone since its name is not one the server gives.</summary>
    public PruneMark Mark { get; }

    /// <summary>True if pruning removes it.</summary>
    public bool IsRemoved => Mark == PruneMark.Remove;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>The guest it is a backup of; null if its name does not tell.</summary>
    public VmId? Guest { get; }

    /// <summary>Whether it is a backup of a virtual machine or of a container; <c>unknown</c> if its name does not tell.</summary>
    public GuestType GuestType { get; }
}
