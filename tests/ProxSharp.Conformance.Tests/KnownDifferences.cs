namespace ProxSharp.Conformance.Tests;

/// <summary>The samples that the simulator answers differently, and why.</summary>
internal static class KnownDifferences
{
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["163-termproxy"] = "the recorded server has no terminal program; the simulator opens a terminal",
        ["179-vzdump-vm-fails-log"] = "backups of machines fail on the recorded server, whose QEMU lacks the vendor's patches",
        ["209-storage-content"] = "the recorded server's tools cannot look into the disk of a running machine",
        ["278-backup-job-create"] = "a folder is missing on the recorded server",
        ["287-ha-status"] = "the managers of high availability do not run on the recorded server",
        ["338-node-network"] = "the bridge of the recorded server is not up",
        ["339-node-disks"] = "the recorded server runs in a container without disks",
        ["346-node-netstat"] = "the recorded server cannot make network devices for its guests",
        ["349-node-journal"] = "the recorded server has no journal",
        ["355-network-changes"] = "the bridge of the recorded server is not up",
        ["366-node-shell-termproxy"] = "the recorded server has no terminal program; the simulator opens a terminal",
        ["603-nextid-other"] = "the recorded server has a configuration file of a node that is no member; no call makes one",
    };
}
