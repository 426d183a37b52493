namespace ProxSharp.Pve.Agents;

/// <summary>A disk as a guest sees it.</summary>
public sealed record GuestDisk
{
    /// <summary>The device inside the guest, for example <c>/dev/sda</c>; empty if the guest does not tell.</summary>
    public string Device { get; init; } = "";

    /// <summary>The kind of its bus, for example <c>scsi</c> or <c>virtio</c>.</summary>
    public string BusType { get; init; } = "";

    /// <summary>Its serial number; empty if it has none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>The number of the bus; null if the guest does not tell.</summary>
    public long? Bus { get; init; }

    /// <summary>The number of the target on the bus: with <c>scsi</c> the number of the disk's option, such as 0 for <c>scsi0</c>.</summary>
    public long? Target { get; init; }

    /// <summary>The number of the unit at the target.</summary>
    public long? Unit { get; init; }

    /// <summary>The PCI address of the controller as <c>domain:bus:slot.function</c> in hexadecimal; empty if the guest does not tell.</summary>
    public string PciAddress { get; init; } = "";
}
