using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Nodes;

/// <summary>The disks of a node and what was made of them: directories, volume groups, thin pools and ZFS pools.</summary>
internal sealed class NodeDisks
{
    private const long DataDisk = 1L << 40;

    public NodeDisks(long rootDisk) => Disks =
    [
        new NodeDisk("/dev/sda", rootDisk) { Use = "BIOS boot", HasTable = true },
        new NodeDisk("/dev/sdb", DataDisk) { Use = "LVM", HasTable = true },
        new NodeDisk("/dev/sdc", DataDisk),
        new NodeDisk("/dev/sdd", DataDisk),
        new NodeDisk("/dev/sde", DataDisk / 2),
    ];

    public NodeDisks(IReadOnlyList<NodeDisk> disks) => Disks = disks;

    public IReadOnlyList<NodeDisk> Disks { get; }

    /// <summary>What was made, by kind (<c>directory</c>, <c>lvm</c>, <c>lvmthin</c>, <c>zfs</c>) and name.</summary>
    public SortedDictionary<string, MadeOfDisks> Made { get; } = new(StringComparer.Ordinal);

    public IEnumerable<MadeOfDisks> Of(string kind) => Made.Values.Where(made => made.Kind == kind);

    public MadeOfDisks? Find(string kind, string name) => Made.GetValueOrDefault($"{kind}/{name}");

    /// <summary>Finds a disk by its device.</summary>
    /// <exception cref="ApiFault">There is none.</exception>
    public NodeDisk Demand(string path) => Disks.FirstOrDefault(disk => disk.Path == path) ?? throw ApiFault.Failed("not a valid block device");

    /// <summary>Finds a disk with nothing on it.</summary>
    /// <exception cref="ApiFault">There is none, or it is used.</exception>
    public NodeDisk DemandUnused(string path)
    {
        NodeDisk disk = Demand(path);
        return disk.Use is null ? disk : throw ApiFault.Failed($"device '{path}' is already in use");
    }
}
